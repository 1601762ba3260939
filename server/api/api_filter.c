// Filters that requests bring.
#include "server/api/api_filter.h"

#include <stdlib.h>

#include "server/select/select_parse.h"

int api_filter_add(struct api_filter *filter, const char *text, struct err *err)
{
    if (filter->count == API_FILTER_MAX)
        return err_set(
            err, ERR_INVALID, "a request has at most %d filters; join them", API_FILTER_MAX);
    if (filter->trees == NULL)
        filter->trees = calloc(API_FILTER_MAX, sizeof *filter->trees);
    if (filter->trees == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a filter");

    int rc = select_parse(text, &filter->trees[filter->count], err);

    filter->count += rc == 0;
    return rc;
}

int api_filter_add_array(struct api_filter *filter, const json_t *texts, struct err *err)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < json_array_size(texts); i++)
        rc = api_filter_add(filter, json_string_value(json_array_get(texts, i)), err);
    return rc;
}

struct query {
    struct api_filter *filter;
    struct err *err;
    int rc;
};

static void add_parameter(const char *value, void *ctx)
{
    struct query *query = ctx;

    if (query->rc == 0)
        query->rc = api_filter_add(query->filter, value, query->err);
}

int api_filter_add_query(
    struct api_filter *filter, const struct http_request *request, struct err *err)
{
    struct query query = {filter, err, 0};

    http_request_each_query(request, "filter", add_parameter, &query);
    return query.rc;
}

void api_filter_clear(struct api_filter *filter)
{
    free(filter->trees);
    *filter = (struct api_filter){0};
}
