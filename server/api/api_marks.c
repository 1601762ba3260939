// What an operator has said of a device, as JSON.
#include "server/api/api_marks.h"

#include "server/api/api_json.h"
#include "server/api/api_label.h"
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
    struct device_label label;
    json_t *tags = NULL;
    int rc = mark_store_get(connection, mac, &mark, err);

    if (rc == 0)
        rc = label_store_get(connection, mac, &label, err);
    if (rc == 0)
        rc = api_marks_read_tags(connection, mac, &tags, err);
    if (rc < 0)
        return rc;
    api_json_set(device, "label", api_label_json(&label));
    api_json_set(device, "tags", tags);
    api_json_set(device, "hold", api_marks_hold(&mark));
    api_json_set(device, "pin", api_json_text(mark.pin));
    api_json_set(device, "canary", json_boolean(mark.is_canary));
    return 0;
}

struct tags {
    struct api_text *text;
    size_t count;
};

static int write_tag(const char *tag, void *ctx)
{
    struct tags *tags = ctx;

    if (tags->count++ > 0)
        api_text_add(tags->text, ",");
    api_text_add_string(tags->text, tag);
    return 0;
}

static void write_hold(const struct device_mark *mark, struct api_text *text)
{
    api_text_add(text, ",\"hold\":");
    if (mark->held_at_ms == 0) {
        api_text_add(text, "null");
        return;
    }
    api_text_add(text, "{\"at_ms\":");
    api_text_add_integer(text, mark->held_at_ms);
    api_text_add(text, ",\"by\":");
    api_text_add_string(text, mark->held_by);
    api_text_add(text, ",\"reason\":");
    api_text_add_string(text, mark->hold_reason);
    api_text_add(text, "}");
}

int api_marks_write(
    struct store_connection *connection, const char *mac, struct api_text *text, struct err *err)
{
    struct tags tags = {.text = text};
    struct device_mark mark;
    struct device_label label;
    int rc = mark_store_get(connection, mac, &mark, err);

    if (rc == 0)
        rc = label_store_get(connection, mac, &label, err);
    if (rc < 0)
        return rc;
    api_text_add(text, ",\"label\":");
    api_label_write(&label, text);
    api_text_add(text, ",\"tags\":[");
    rc = tag_store_each(connection, mac, write_tag, &tags, err);
    api_text_add(text, "]");
    write_hold(&mark, text);
    api_text_add(text, ",\"pin\":");
    api_text_add_string(text, mark.pin);
    api_text_add(text, mark.is_canary ? ",\"canary\":true" : ",\"canary\":false");
    return rc;
}
