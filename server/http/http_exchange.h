#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include "server/http/http_internal.h"

// From a request to its answer: callbacks of libmicrohttpd's, cls is the struct http_server. For
// this folder alone.

// Once when the headers are there, then with each piece of the body, then once.
enum MHD_Result http_exchange_access(void *cls, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload_data, size_t *upload_size,
    void **request_context);

// When it is over, one way or the other.
void http_exchange_complete(void *cls, struct MHD_Connection *connection, void **request_context,
    enum MHD_RequestTerminationCode code);

#endif
