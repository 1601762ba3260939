#ifndef GUI_H
#define GUI_H

#include <stdbool.h>

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// The page for operators: its files, as they were when this was built (page/). They are for
// anybody; what they show they ask the API for.

// What goes with each file: nothing but what this server serves is loaded, run or asked, and no
// other page may hold it in a frame.
#define GUI_POLICY                                                                                 \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "              \
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "               \
    "frame-ancestors 'none'"

// Answers with the file of that path below /gui/, by gzip if the client takes that. The ETag is
// for who sends it. False: there is none.
bool gui_send(const struct http_request *request, struct http_response *response, const char *path);

#endif
