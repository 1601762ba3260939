#ifndef API_PAGES_H
#define API_PAGES_H

#include "server/api/api_text.h"
#include "server/base/err.h"
#include "server/http/http_response.h"
#include "server/store/store.h"

// A long list, read and sent in pieces. Each piece is read in its own view of the store, so that a
// slow reader holds none; what changes meanwhile is seen as it is when its piece is read.
struct api_pages;

#define API_PAGES_ROWS 256 // in a piece, about

struct api_pages_source {
    const char *what; // static text, for the log
    struct store *store;
    // Adds the next rows (api_pages_begin_row()): 1, or 0 if they are the last, or an error.
    int (*read)(
        struct store_connection *connection, struct api_pages *pages, void *ctx, struct err *err);
    void (*release)(void *ctx);
    void *ctx;
};

// Answers with the list; release() is always called.
void api_pages_send(const struct api_pages_source *source, struct http_response *response);

// The text to which one more row is to be added.
struct api_text *api_pages_begin_row(struct api_pages *pages);

#endif
