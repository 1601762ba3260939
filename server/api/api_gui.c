// The page, by its paths.
#include "server/api/api_gui.h"

#include <stdio.h>

#include "server/api/api_json.h"
#include "server/gui/gui.h"
#include "server/http/http_route.h"

#define PATH_SIZE (2 * HTTP_ROUTE_SEGMENT_SIZE)

static void send(
    const struct http_request *request, struct http_response *response, const char *path)
{
    if (!gui_send(request, response, path))
        api_json_refuse_request(response, 404, "the page has no such file");
}

void api_gui_show(const struct http_request *request, struct http_response *response, void *ctx)
{
    (void)ctx;
    send(request, response, "index.html");
}

void api_gui_show_file(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    (void)ctx;
    send(request, response, http_request_segment(request, 0));
}

void api_gui_show_part(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    char path[PATH_SIZE];

    (void)ctx;
    snprintf(path, sizeof path, "%s/%s", http_request_segment(request, 0),
        http_request_segment(request, 1));
    send(request, response, path);
}
