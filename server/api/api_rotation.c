// A change of the CA.
#include "server/api/api_rotation.h"

#include <stdlib.h>
#include <string.h>

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/rotation/rotation_change.h"
#include "server/rotation/rotation_fate.h"
#include "server/store/rotation_store.h"

#define LEFT_MAX 10000

static json_t *time_or_null(int64_t time_ms)
{
    return time_ms != 0 ? json_integer(time_ms) : json_null();
}

struct list {
    json_t *devices;
    size_t lost;
};

static int append(const struct rotation_fate *fate, void *ctx)
{
    const struct rotation_device *device = fate->device;
    struct list *list = ctx;

    list->lost += fate->is_lost;
    api_json_append(&list->devices,
        json_pack("{ss ss ss so sb so sI so sb sb ss}", "mac", device->mac, "has",
            rotation_holds_name(device->holds), "step", rotation_step_name(device->step),
            "since_ms",
            time_or_null(device->step != ROTATION_IDLE ? device->step_at_ms : device->holds_at_ms),
            "online", fate->is_online, "last_seen_ms", time_or_null(fate->last_seen_ms), "tries",
            (json_int_t)device->tries, "error", api_json_text(device->detail), "left",
            device->is_left, "lost", fate->is_lost, "fate", fate->text));
    return list->devices != NULL ? 0 : ERR_NO_MEMORY;
}

static int describe(const struct api *api, json_t **out, struct err *err)
{
    struct store_connection *connection;
    struct rotation rotation = {.phase = ROTATION_NONE};
    struct list list = {.devices = json_array()};
    int rc = store_read_begin(api->store, &connection, err);

    if (rc == 0) {
        rc = rotation_store_get(connection, &rotation, err);
        if (rc == 0)
            rc = rotation_fate_each(connection, rotation.phase, append, &list, err);
        store_read_end(api->store, connection);
    }
    if (rc < 0 || list.devices == NULL) {
        json_decref(list.devices);
        return rc < 0 ? rc : err_set(err, ERR_NO_MEMORY, "no memory for the list");
    }
    *out = json_pack("{ss so so so so so sI so}", "phase", rotation_phase_name(rotation.phase),
        "old_ca", api_json_text(rotation.old_ca), "new_ca", api_json_text(rotation.new_ca),
        "started_at_ms", time_or_null(rotation.started_at_ms), "phase_at_ms",
        time_or_null(rotation.phase_at_ms), "waits_for",
        api_json_text(rotation_watch_waits_for(api->rotation, &rotation)), "lost",
        (json_int_t)list.lost, "devices", list.devices);
    return 0;
}

void api_rotation_show(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    struct err err = {0};
    json_t *answer = NULL;

    (void)request;
    if (describe(ctx, &answer, &err) < 0)
        api_json_refuse(response, &err);
    else
        api_json_send(response, 200, answer);
}

void api_rotation_start(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const char *old_ca = http_request_query(request, "old");
    const char *new_ca = http_request_query(request, "new");
    struct audit_author by;
    struct err err = {0};

    api_author_of(request, &by);
    if (rotation_change_start(api->store, &by, old_ca != NULL ? old_ca : "",
            new_ca != NULL ? new_ca : "", &err) < 0) {
        api_json_refuse(response, &err);
        return;
    }
    rotation_watch_refresh(api->rotation);
    api_json_send(response, 200, json_pack("{ss}", "phase", "trust"));
}

void api_rotation_add_certificates(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct audit_author by;
    struct rotation_change_text text;
    struct err err = {0};
    size_t count = 0;

    api_author_of(request, &by);
    text.by = &by;
    text.p = http_request_body(request, &text.n);
    if (rotation_change_add_certificates(api->store, api->auth, &text, &count, &err) < 0)
        api_json_refuse(response, &err);
    else
        api_json_send(response, 200, json_pack("{sI}", "taken", (json_int_t)count));
}

struct left {
    char (*macs)[MAC_SIZE];
    size_t count;
    struct err err;
};

static void count_left(const char *value, void *ctx)
{
    (void)value;
    ((struct left *)ctx)->count++;
}

static void read_left(const char *value, void *ctx)
{
    struct left *left = ctx;

    if (left->err.code == 0 &&
        api_members_read_mac(value, left->macs[left->count], &left->err) == 0)
        left->count++;
}

static int read_all_left(const struct http_request *request, struct left *left)
{
    http_request_each_query(request, "leave", count_left, left);
    if (left->count > LEFT_MAX)
        return err_set(
            &left->err, ERR_INVALID, "more than %d devices are given up at once", LEFT_MAX);
    left->macs = calloc(left->count + 1, sizeof *left->macs);
    left->count = 0;
    if (left->macs == NULL)
        return err_set(&left->err, ERR_NO_MEMORY, "no memory for a list of devices");
    http_request_each_query(request, "leave", read_left, left);
    return left->err.code;
}

void api_rotation_advance(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const char *to = http_request_query(request, "to");
    struct audit_author by;
    struct left left = {0};
    int rc = read_all_left(request, &left);
    struct rotation_change_wish wish = {
        .to = rotation_phase_of(to != NULL ? to : ""), .left_count = left.count, .by = &by};
    size_t moved = 0;

    api_author_of(request, &by);
    wish.left = (const char(*)[MAC_SIZE])left.macs;
    if (rc == 0 && wish.to != ROTATION_CERTIFICATES && wish.to != ROTATION_LAST &&
        wish.to != ROTATION_ABORTING)
        rc = err_set(&left.err, ERR_INVALID, "to must be certificates, last or aborting");
    if (rc == 0)
        rc = rotation_change_advance(api->store, &wish, &moved, &left.err);
    free(left.macs);
    if (rc < 0) {
        api_json_refuse(response, &left.err);
        return;
    }
    rotation_watch_refresh(api->rotation);
    api_json_send(response, 200,
        json_pack("{ss sI}", "phase", rotation_phase_name(wish.to), "moved", (json_int_t)moved));
}
