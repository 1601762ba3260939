// Who has changed what, and whether that log is whole.
#include "server/api/api_audit.h"

#include <stdlib.h>
#include <string.h>

#include "server/api/api.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/api/api_page.h"
#include "server/api/api_pages.h"
#include "server/api/api_text.h"
#include "server/audit/audit_check.h"
#include "server/base/escape.h"
#include "server/store/audit_store.h"

#define WHO_SIZE AUDIT_USER_SIZE // the longer of the two that it may be

// A list under way.
struct list {
    struct audit_store_wish wish;
    char who[WHO_SIZE];
    char object[AUDIT_OBJECT_SIZE];
    struct api_pages *pages; // of the present page
    int64_t count;           // of its rows
};

static void add_string(struct api_text *text, const char *name, const char *value)
{
    api_text_add(text, name);
    api_text_add_string(text, value);
}

// A state is JSON itself. One that was altered may be anything.
static void add_state(struct api_text *text, const char *name, const char *state)
{
    json_t *value = json_loads(state, JSON_REJECT_DUPLICATES, NULL);
    size_t n;
    char *shown = value != NULL ? escape_json(state, &n) : NULL;

    api_text_add(text, name);
    if (shown != NULL)
        api_text_add(text, shown);
    else
        api_text_add_string(text, state);
    free(shown);
    json_decref(value);
}

static void add_row(struct api_text *text, const struct audit_row *row)
{
    api_text_add(text, "{\"number\":");
    api_text_add_integer(text, row->number);
    api_text_add(text, ",\"at_ms\":");
    api_text_add_integer(text, row->at_ms);
    add_string(text, ",\"who\":", row->author.who);
    add_string(text, ",\"user\":", row->author.user);
    api_text_add(text, ",\"pid\":");
    if (row->author.pid != 0)
        api_text_add_integer(text, row->author.pid);
    else
        api_text_add(text, "null");
    add_string(text, ",\"verb\":", row->verb);
    add_string(text, ",\"kind\":", row->kind);
    add_string(text, ",\"object\":", row->object);
    api_text_add(text, row->forced ? ",\"forced\":true" : ",\"forced\":false");
    add_state(text, ",\"before\":", row->before);
    add_state(text, ",\"after\":", row->after);
    add_string(text, ",\"hash\":", row->hash);
    api_text_add(text, "}");
}

static int append(const struct audit_row *row, void *ctx)
{
    struct list *list = ctx;
    struct api_text *text = api_pages_begin_row(list->pages);

    add_row(text, row);
    list->wish.after = row->number;
    list->count++;
    return text->failed ? ERR_NO_MEMORY : 0;
}

static int read_page(
    struct store_connection *connection, struct api_pages *pages, void *ctx, struct err *err)
{
    struct list *list = ctx;

    list->pages = pages;
    list->count = 0;

    // A copy, since the place goes on while it is read.
    struct audit_store_wish wish = list->wish;
    int rc = audit_store_page(connection, &wish, append, list, err);

    if (rc == ERR_NO_MEMORY)
        return err_set(err, rc, "no memory for the list");
    return rc < 0 ? rc : list->count == wish.limit;
}

static int read_text(const char *name, const char *text, char *out, size_t size, struct err *err)
{
    size_t n = text != NULL ? strlen(text) : 0;

    if (n >= size)
        return err_set(err, ERR_INVALID, "%s has at most %zu bytes", name, size - 1);
    memcpy(out, text != NULL ? text : "", n + 1);
    return 0;
}

static int read_wish(const struct http_request *request, struct list *list, struct err *err)
{
    struct audit_store_wish *wish = &list->wish;
    int rc =
        api_members_read_number("after", http_request_query(request, "after"), &wish->after, err);

    if (rc == 0)
        rc = api_members_read_number(
            "since_ms", http_request_query(request, "since_ms"), &wish->since_ms, err);
    if (rc == 0)
        rc = read_text("who", http_request_query(request, "who"), list->who, sizeof list->who, err);
    if (rc == 0)
        rc = read_text("object", http_request_query(request, "object"), list->object,
            sizeof list->object, err);
    return rc;
}

static int add_to_page(const struct audit_row *row, void *ctx)
{
    struct api_page *page = ctx;
    struct api_text *text = api_page_begin_row(page);

    if (text == NULL)
        return 1;
    add_row(text, row);
    page->at.number = row->number;
    return text->failed ? ERR_NO_MEMORY : 0;
}

static int read_asked(
    const struct api *api, struct list *list, struct api_page *page, struct err *err)
{
    struct audit_store_wish *wish = &list->wish;
    struct store_connection *connection;
    int rc = store_read_begin(api->store, &connection, err);

    if (rc < 0)
        return rc;
    if (page->is_next && page->at.number > wish->after)
        wish->after = page->at.number;
    wish->limit = (int64_t)page->limit + 1;
    rc = audit_store_page(connection, wish, add_to_page, page, err);
    store_read_end(api->store, connection);
    return rc;
}

void api_audit_list(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct list *list = calloc(1, sizeof *list);
    struct api_page page = {.limit = 0};
    struct err err = {0};

    if (list == NULL)
        return;
    list->wish =
        (struct audit_store_wish){INT64_MIN, INT64_MIN, list->who, list->object, API_PAGES_ROWS};
    if (read_wish(request, list, &err) < 0 || api_page_read(request, &page, &err) < 0) {
        free(list);
        api_json_refuse(response, &err);
        return;
    }
    if (page.limit > 0) {
        int rc = read_asked(api, list, &page, &err);

        free(list);
        api_page_send(request, &page, rc, &err, response);
        return;
    }
    api_pages_send(
        &(struct api_pages_source){"audit", api->store, read_page, free, list}, response);
}

static json_t *anchor_json(const struct audit_anchor *anchor)
{
    char text[AUDIT_ANCHOR_SIZE];

    audit_chain_format_anchor(anchor, text);
    return json_pack(
        "{sI ss ss}", "number", (json_int_t)anchor->number, "hash", anchor->hash, "anchor", text);
}

void api_audit_head(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct store_connection *connection;
    struct audit_anchor head;
    struct err err = {0};
    int rc = store_read_begin(api->store, &connection, &err);

    (void)request;
    if (rc == 0) {
        rc = audit_check_head(connection, &head, &err);
        store_read_end(api->store, connection);
    }
    if (rc == 0)
        api_json_send(response, 200, anchor_json(&head));
    else
        api_json_refuse(response, &err);
}

void api_audit_verify(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const char *text = http_request_query(request, "anchor");
    struct audit_anchor anchor;
    struct audit_chain chain;
    struct err err = {0};
    int rc = 0;

    if (text != NULL && !audit_chain_parse_anchor(text, &anchor))
        rc = err_set(&err, ERR_INVALID,
            "anchor must be NUMBER:HASH, as 'secureesp audit anchor' printed it");
    if (rc == 0)
        rc = audit_check_store(api->store, text != NULL ? &anchor : NULL, &chain, &err);
    if (rc < 0) {
        api_json_refuse(response, &err);
        return;
    }
    api_json_send(response, 200,
        json_pack("{sb so so so}", "whole", chain.bad == 0, "head", anchor_json(&chain.head), "bad",
            chain.bad != 0 ? json_integer(chain.bad) : json_null(), "reason",
            api_json_text(chain.reason)));
}
