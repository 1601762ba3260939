#ifndef API_GUI_H
#define API_GUI_H

#include "server/http/http_request.h"
#include "server/http/http_response.h"

// GET / and what that loads from /gui/: the page for operators (server/gui/gui.h).
void api_gui_show(const struct http_request *request, struct http_response *response, void *ctx);
void api_gui_show_file(
    const struct http_request *request, struct http_response *response, void *ctx);
void api_gui_show_part(
    const struct http_request *request, struct http_response *response, void *ctx);

#endif
