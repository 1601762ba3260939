#ifndef API_BACKUP_H
#define API_BACKUP_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// POST /api/v1/backup: a tar archive of all that the daemon has, as it comes. It holds secrets.
void api_backup_make(const struct http_request *request, struct http_response *response, void *ctx);

#endif
