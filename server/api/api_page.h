#ifndef API_PAGE_H
#define API_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "server/api/api_cursor.h"
#include "server/api/api_text.h"
#include "server/base/err.h"
#include "server/http/http_request.h"
#include "server/http/http_response.h"

// One page of a list, as the parameters `limit` and `cursor` ask for it. Where the next one begins
// the answer says in a header Link with rel="next" (RFC 8288); none: this was the last.
#define API_PAGE_ROWS_MAX 1000

struct api_page {
    size_t limit;         // 0: none was asked for: all that is left
    bool is_next;         // begins behind `at`, else at the list's beginning
    struct api_cursor at; // there; then where the last row stands
    size_t count;         // of its rows so far
    bool is_full;         // and there is another one
    struct api_text text; // the rows
};

// Reads both. ERR_INVALID: they are none, or the cursor is of a list with other filters.
ERR_CHECKED int api_page_read(
    const struct http_request *request, struct api_page *page, struct err *err);

// The text to which one more row is to be added, or NULL: it belongs to the next page. The caller
// then sets `at`.
struct api_text *api_page_begin_row(struct api_page *page);

// The same for a row that is a value, whose reference is taken. 1: it belongs to the next page; 0,
// or ERR_NO_MEMORY.
ERR_CHECKED int api_page_add(struct api_page *page, json_t *row);

// Answers with the page and clears it; rc and err: how reading it went.
void api_page_send(const struct http_request *request, struct api_page *page, int rc,
    struct err *err, struct http_response *response);

#endif
