// Tags of a device.
#include "server/api/api_tags.h"

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_marks.h"
#include "server/api/api_members.h"
#include "server/command/command_mark.h"
#include "server/release/release_switch.h"
#include "server/store/tag_store.h"

static const struct api_member members[] = {
    {"add", API_MEMBER_TEXTS},
    {"remove", API_MEMBER_TEXTS},
    {0},
};

// The texts of an array, borrowed. ERR_TOO_LARGE beyond TAG_STORE_MAX.
static int read_tags(
    const json_t *array, const char *out[TAG_STORE_MAX], size_t *count, struct err *err)
{
    *count = json_array_size(array);
    if (*count > TAG_STORE_MAX)
        return err_set(err, ERR_TOO_LARGE, "a device has at most %d tags", TAG_STORE_MAX);
    for (size_t i = 0; i < *count; i++)
        out[i] = json_string_value(json_array_get(array, i));
    return 0;
}

static int change(
    const struct api *api, const json_t *body, const struct command_mark_tags *who, struct err *err)
{
    const char *add[TAG_STORE_MAX];
    const char *remove[TAG_STORE_MAX];
    struct command_mark_tags wish = *who;
    int rc = read_tags(json_object_get(body, "add"), add, &wish.add_count, err);

    wish.add = add;
    wish.remove = remove;
    if (rc == 0)
        rc = read_tags(json_object_get(body, "remove"), remove, &wish.remove_count, err);
    return rc < 0 ? rc : command_mark_set_tags(api->store, &wish, err);
}

static int read_back(const struct api *api, const char *mac, json_t **tags, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(api->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = api_marks_read_tags(connection, mac, tags, err);
    store_read_end(api->store, connection);
    return rc;
}

void api_tags_change(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    size_t n;
    const uint8_t *p = http_request_body(request, &n);
    char mac[MAC_SIZE];
    struct err err = {0};
    json_t *body = NULL;
    json_t *tags = NULL;
    struct audit_author by;
    struct command_mark_tags wish = {.mac = mac,
        .by = &by,
        .forced = api_members_is_set(http_request_query(request, "force")),
        .run = release_switch_run_device};
    int rc = api_members_read_mac(http_request_segment(request, 0), mac, &err);

    api_author_of(request, &by);
    if (rc == 0)
        rc = api_members_read(p, n, members, &body, &err);
    if (rc == 0)
        rc = change(api, body, &wish, &err);
    json_decref(body);
    if (rc == 0)
        rc = read_back(api, mac, &tags, &err);
    if (rc == 0)
        api_json_send(response, 200, json_pack("{ss so}", "mac", mac, "tags", tags));
    else
        api_json_refuse(response, &err);
}
