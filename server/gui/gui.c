// The page's files, as answers.
#include "server/gui/gui.h"

#include <string.h>

#include "server/gui/gui_encoding.h"
#include "server/gui/gui_table.h"

static const struct gui_table_file *find(const char *path)
{
    for (size_t i = 0; i < gui_table_size; i++) {
        if (strcmp(gui_table[i].path, path) == 0)
            return &gui_table[i];
    }
    return NULL;
}

static void note_field(const char *value, void *ctx)
{
    bool *takes = ctx;

    *takes |= gui_encoding_takes_gzip(value);
}

// They last as long as the program.
static void release(void *ctx)
{
    (void)ctx;
}

bool gui_send(const struct http_request *request, struct http_response *response, const char *path)
{
    const struct gui_table_file *file = find(path);
    struct http_response_bytes bytes = {.release = release};
    bool takes_gzip = false;

    if (file == NULL)
        return false;
    http_request_each_header(request, "Accept-Encoding", note_field, &takes_gzip);
    bytes.p = takes_gzip ? file->zipped : file->p;
    bytes.n = takes_gzip ? file->zipped_n : file->n;
    http_response_set_bytes(response, 200, file->type, &bytes);
    if (takes_gzip)
        http_response_add_header(response, "Content-Encoding", "gzip");
    http_response_add_header(response, "Vary", "Accept-Encoding");
    http_response_add_header(response, "Cache-Control", "no-cache");
    http_response_add_header(response, "Content-Security-Policy", "%s", GUI_POLICY);
    http_response_add_header(response, "X-Content-Type-Options", "nosniff");
    http_response_add_header(response, "Referrer-Policy", "no-referrer");
    http_response_add_header(response, "Cross-Origin-Opener-Policy", "same-origin");
    return true;
}
