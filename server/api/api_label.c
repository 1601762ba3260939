// Name, place and note of a device.
#include "server/api/api_label.h"

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/command/command_label.h"
#include "server/release/release_switch.h"

static const struct api_member members[] = {
    {"name", API_MEMBER_TEXT},
    {"place", API_MEMBER_TEXT},
    {"note", API_MEMBER_TEXT},
    {0},
};

json_t *api_label_json(const struct device_label *label)
{
    if (!label_store_is_set(label))
        return json_null();
    return json_pack("{so so so}", "name", api_json_text(label->name), "place",
        api_json_text(label->place), "note", api_json_text(label->note));
}

void api_label_write(const struct device_label *label, struct api_text *text)
{
    if (!label_store_is_set(label)) {
        api_text_add(text, "null");
        return;
    }
    api_text_add(text, "{\"name\":");
    api_text_add_string(text, label->name);
    api_text_add(text, ",\"place\":");
    api_text_add_string(text, label->place);
    api_text_add(text, ",\"note\":");
    api_text_add_string(text, label->note);
    api_text_add(text, "}");
}

void api_label_set(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    size_t n;
    const uint8_t *p = http_request_body(request, &n);
    char mac[MAC_SIZE];
    struct device_label label;
    struct audit_author by;
    struct err err = {0};
    json_t *body = NULL;
    struct command_label wish = {.mac = mac,
        .by = &by,
        .forced = api_members_is_set(http_request_query(request, "force")),
        .run = release_switch_run_device};
    int rc = api_members_read_mac(http_request_segment(request, 0), mac, &err);

    api_author_of(request, &by);
    if (rc == 0)
        rc = api_members_read(p, n, members, &body, &err);
    if (rc == 0) {
        wish.name = json_string_value(json_object_get(body, "name"));
        wish.place = json_string_value(json_object_get(body, "place"));
        wish.note = json_string_value(json_object_get(body, "note"));
        rc = command_label_set(api->store, &wish, &label, &err);
    }
    json_decref(body);
    if (rc == 0)
        api_json_send(
            response, 200, json_pack("{ss so}", "mac", mac, "label", api_label_json(&label)));
    else
        api_json_refuse(response, &err);
}
