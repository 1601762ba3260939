// Long lists, read and sent in pieces.
#include "server/api/api_pages.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/log.h"

struct api_pages {
    struct api_pages_source source;
    bool begun;
    bool ended;
    struct api_text piece;
    size_t sent; // of it
};

struct api_text *api_pages_begin_row(struct api_pages *pages)
{
    api_text_add(&pages->piece, pages->begun ? ",\n" : "[\n");
    pages->begun = true;
    return &pages->piece;
}

static int read_page(struct api_pages *pages, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(pages->source.store, &connection, err);

    if (rc < 0)
        return rc;
    rc = pages->source.read(connection, pages, pages->source.ctx, err);
    store_read_end(pages->source.store, connection);
    if (rc < 0)
        return rc;
    pages->ended = rc == 0;
    if (pages->ended)
        api_text_add(&pages->piece, pages->begun ? "\n]\n" : "[]\n");
    return pages->piece.failed ? err_set(err, ERR_NO_MEMORY, "no memory for the list") : 0;
}

static int next_piece(struct api_pages *pages)
{
    struct err err = {0};

    pages->piece.n = pages->sent = 0;

    int rc = read_page(pages, &err);

    if (rc < 0)
        log_error("api", "%s list broken off error=\"%s\"", pages->source.what, err.message);
    return rc;
}

// A piece may be empty, where few rows of many are wanted.
static ssize_t read_list(void *ctx, char *buffer, size_t max)
{
    struct api_pages *pages = ctx;

    while (pages->sent == pages->piece.n) {
        if (pages->ended)
            return 0;
        if (next_piece(pages) < 0)
            return -1;
    }

    size_t left = pages->piece.n - pages->sent;
    size_t n = left < max ? left : max;

    memcpy(buffer, pages->piece.p + pages->sent, n);
    pages->sent += n;
    return (ssize_t)n;
}

static void release_list(void *ctx)
{
    struct api_pages *pages = ctx;

    pages->source.release(pages->source.ctx);
    api_text_clear(&pages->piece);
    free(pages);
}

void api_pages_send(const struct api_pages_source *source, struct http_response *response)
{
    struct api_pages *pages = calloc(1, sizeof *pages);

    if (pages == NULL) {
        source->release(source->ctx);
        return;
    }
    pages->source = *source;
    http_response_set_stream(response, "application/json", read_list, pages, release_list);
}
