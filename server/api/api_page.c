// Pages of lists.
#include "server/api/api_page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/api/api_json.h"
#include "server/http/http_route.h"

#define LINK_SIZE 8192

static void add_hash(uint32_t *hash, const char *text) // FNV-1a
{
    do
        *hash = (*hash ^ (uint8_t)*text) * UINT32_C(16777619);
    while (*text++ != '\0');
}

static bool is_place(const char *name)
{
    return strcmp(name, "limit") == 0 || strcmp(name, "cursor") == 0;
}

static void hash_parameter(const char *name, const char *value, void *ctx)
{
    if (is_place(name))
        return;
    add_hash(ctx, name);
    add_hash(ctx, value);
}

// What the list is, but for the place in it.
static uint32_t hash_list(const struct http_request *request)
{
    const char *pattern = http_request_route(request)->pattern;
    uint32_t hash = UINT32_C(2166136261);

    add_hash(&hash, pattern);
    if (strchr(pattern, ':') != NULL)
        add_hash(&hash, http_request_segment(request, 0));
    http_request_each_parameter(request, hash_parameter, &hash);
    return hash;
}

static int read_limit(const char *text, size_t *out, struct err *err)
{
    char *end = NULL;
    long limit;

    if (text == NULL)
        return 0;
    errno = 0;
    limit = strtol(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || limit < 1 ||
        limit > API_PAGE_ROWS_MAX)
        return err_set(err, ERR_INVALID, "limit must be a number, 1 to %d", API_PAGE_ROWS_MAX);
    *out = (size_t)limit;
    return 0;
}

int api_page_read(const struct http_request *request, struct api_page *page, struct err *err)
{
    const char *cursor = http_request_query(request, "cursor");
    uint32_t list = hash_list(request);

    memset(page, 0, sizeof *page);
    page->at.list = list;
    if (read_limit(http_request_query(request, "limit"), &page->limit, err) < 0)
        return ERR_INVALID;
    if (cursor == NULL)
        return 0;
    if (page->limit == 0)
        return err_set(err, ERR_INVALID, "a cursor needs a limit");
    if (!api_cursor_decode(cursor, &page->at) || page->at.list != list)
        return err_set(err, ERR_INVALID,
            "the cursor is of another list: take it from the Link of an answer to the same "
            "request");
    page->is_next = true;
    return 0;
}

struct api_text *api_page_begin_row(struct api_page *page)
{
    if (page->limit > 0 && page->count == page->limit) {
        page->is_full = true;
        return NULL;
    }
    api_text_add(&page->text, page->count++ > 0 ? ",\n" : "[\n");
    return &page->text;
}

int api_page_add(struct api_page *page, json_t *row)
{
    struct api_text *text = api_page_begin_row(page);
    char *dumped = text != NULL && row != NULL ? api_json_dump(row) : NULL;
    int rc = text == NULL ? 1 : dumped == NULL ? ERR_NO_MEMORY : 0;

    if (rc == 0)
        api_text_add(text, dumped);
    free(dumped);
    json_decref(row);
    return rc;
}

struct link {
    char text[LINK_SIZE];
    size_t n;
};

static void add_encoded(struct link *link, const char *value) // RFC 3986, 2.1
{
    static const char digits[] = "0123456789ABCDEF";

    for (; *value != '\0' && link->n + 4 < sizeof link->text; value++) {
        uint8_t c = (uint8_t)*value;

        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
            c == '-' || c == '_' || c == '.') {
            link->text[link->n++] = *value;
        } else {
            link->text[link->n++] = '%';
            link->text[link->n++] = digits[c >> 4];
            link->text[link->n++] = digits[c & 15];
        }
    }
    link->text[link->n] = '\0';
}

static void add_parameter(const char *name, const char *value, void *ctx)
{
    struct link *link = ctx;

    if (strcmp(name, "cursor") == 0 || link->n + 2 >= sizeof link->text)
        return;
    link->text[link->n] = link->n == 0 ? '?' : '&';
    link->n++;
    add_encoded(link, name);
    link->text[link->n++] = '=';
    add_encoded(link, value);
}

// The request once more, with the cursor; a path is not needed (RFC 3986, 5.2.2).
static void add_link(
    const struct http_request *request, const struct api_page *page, struct http_response *response)
{
    char cursor[API_CURSOR_SIZE];
    struct link *link = calloc(1, sizeof *link);

    if (link == NULL)
        return;
    api_cursor_encode(&page->at, cursor);
    http_request_each_parameter(request, add_parameter, link);
    if (link->n + sizeof cursor + sizeof "&cursor=" < sizeof link->text) {
        memcpy(link->text + link->n, "&cursor=", sizeof "&cursor=");
        link->n += strlen("&cursor=");
        add_encoded(link, cursor);
        http_response_set_next(response, link->text);
    }
    free(link);
}

void api_page_send(const struct http_request *request, struct api_page *page, int rc,
    struct err *err, struct http_response *response)
{
    struct api_text *text = &page->text;

    api_text_add(text, page->count > 0 ? "\n]\n" : "[]\n");
    if (rc >= 0 && text->failed)
        rc = ERR_NO_MEMORY;
    if (rc == ERR_NO_MEMORY)
        err_set(err, rc, "no memory for the list");
    if (rc < 0) {
        api_text_clear(text);
        api_json_refuse(response, err);
        return;
    }

    struct http_response_bytes bytes = http_response_own(text->p, text->n);

    http_response_set_bytes(response, 200, "application/json", &bytes);
    if (page->is_full)
        add_link(request, page, response);
}
