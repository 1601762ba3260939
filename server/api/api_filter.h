#ifndef API_FILTER_H
#define API_FILTER_H

#include <stddef.h>

#include <jansson.h>

#include "server/base/err.h"
#include "server/http/http_request.h"
#include "server/select/select_tree.h"

#define API_FILTER_MAX 8 // in one request

// The filters of a request, all of which a device must meet. Begins as {0}; the caller clears it,
// also after an error.
struct api_filter {
    struct select_tree *trees;
    size_t count;
};

// Append what a request brings: one text, an array of texts (NULL is none), the parameters
// `filter` of its query. ERR_INVALID, whose message says the column, also beyond
// API_FILTER_MAX; ERR_NO_MEMORY.
ERR_CHECKED int api_filter_add(struct api_filter *filter, const char *text, struct err *err);
ERR_CHECKED int api_filter_add_array(
    struct api_filter *filter, const json_t *texts, struct err *err);
ERR_CHECKED int api_filter_add_query(
    struct api_filter *filter, const struct http_request *request, struct err *err);

void api_filter_clear(struct api_filter *filter);

#endif
