// What an operator has said of a device, as JSON.
#include "server/api/api_marks.h"

#include "server/api/api_json.h"
#include "server/store/tag_store.h"

json_t *api_marks_hold(const struct device_mark *mark)
{
    if (mark->held_at_ms == 0)
        return json_null();
    return json_pack("{sI so so}", "at_ms", (json_int_t)mark->held_at_ms, "by",
        api_json_text(mark->held_by), "reason", api_json_text(mark->hold_reason));
}

static int append(const char *tag, void *ctx)
{
    return json_array_append_new(ctx, json_string(tag)) < 0 ? ERR_NO_MEMORY : 0;
}

int api_marks_read_tags(
    struct store_connection *connection, const char *mac, json_t **out, struct err *err)
{
    json_t *tags = json_array();
    int rc = tag_store_each(connection, mac, append, tags, err);

    if (rc < 0) {
        json_decref(tags);
        return rc == ERR_NO_MEMORY ? err_set(err, rc, "no memory for tags") : rc;
    }
    *out = tags;
    return 0;
}

int api_marks_add_to(
    struct store_connection *connection, const char *mac, json_t **device, struct err *err)
{
    struct device_mark mark;
    json_t *tags = NULL;
    int rc = mark_store_get(connection, mac, &mark, err);

    if (rc == 0)
        rc = api_marks_read_tags(connection, mac, &tags, err);
    if (rc < 0)
        return rc;
    api_json_set(device, "tags", tags);
    api_json_set(device, "hold", api_marks_hold(&mark));
    api_json_set(device, "pin", api_json_text(mark.pin));
    api_json_set(device, "canary", json_boolean(mark.is_canary));
    return 0;
}
