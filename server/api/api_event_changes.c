// Who changes what, told as it is committed.
#include "server/api/api_event_changes.h"

#include "server/store/audit_store.h"

// A list under way.
struct telling {
    struct api_event_id *seen;
    struct api_text *text;
};

static void add_string(struct api_text *text, const char *name, const char *value)
{
    api_text_add(text, name);
    api_text_add_string(text, value);
}

static int add_change(const struct audit_row *row, void *ctx)
{
    struct telling *telling = ctx;
    struct api_text *text = telling->text;

    telling->seen->change = row->number;
    api_text_add(text, "id: ");
    api_event_id_add(text, telling->seen);
    api_text_add(text, "\nevent: change\ndata: {\"number\":");
    api_text_add_integer(text, row->number);
    api_text_add(text, ",\"at_ms\":");
    api_text_add_integer(text, row->at_ms);
    add_string(text, ",\"who\":", row->author.who);
    add_string(text, ",\"verb\":", row->verb);
    add_string(text, ",\"kind\":", row->kind);
    add_string(text, ",\"object\":", row->object);
    api_text_add(text, "}\n\n");
    return text->failed ? ERR_NO_MEMORY : 0;
}

int api_event_changes_read(struct store_connection *connection, struct api_event_id *seen,
    struct api_text *text, struct err *err)
{
    struct telling telling = {seen, text};
    struct audit_store_wish wish = {
        .after = seen->change, .who = "", .object = "", .limit = API_EVENT_CHANGES_MAX};

    return audit_store_page(connection, &wish, add_change, &telling, err);
}

int api_event_changes_begin(struct store_connection *connection, int64_t last,
    struct api_event_id *seen, struct api_text *text, struct err *err)
{
    char hash[AUDIT_HASH_SIZE];
    int64_t newest = 0;
    int rc = audit_store_get_head(connection, &newest, hash, err);

    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    seen->change = last >= 0 && last <= newest ? last : newest;
    if (last <= newest)
        return 0;
    api_text_add(text, "id: ");
    api_event_id_add(text, seen);
    api_text_add(text, "\nevent: gap\ndata: {\"after_change\": ");
    api_text_add_integer(text, last);
    api_text_add(text, ", \"next_change\": ");
    api_text_add_integer(text, newest + 1);
    api_text_add(text, "}\n\n");
    return 0;
}
