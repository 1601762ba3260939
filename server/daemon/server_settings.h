#ifndef SERVER_SETTINGS_H
#define SERVER_SETTINGS_H

#include "server/daemon/config.h"
#include "server/http/http_server.h"

// What the servers take of the configuration, which they borrow: threads, places, times and
// where they listen. What they are for - handlers, judgement, signatures - is left empty.

void server_settings_download(const struct config *config, struct http_server_settings *out);
void server_settings_enrolment(const struct config *config, struct http_server_settings *out);
void server_settings_operator(const struct config *config, struct http_server_settings *out);
void server_settings_api(const struct config *config, struct http_server_settings *out);

#endif
