// What an operator says of a device: its tags, that it is held, pinned, a canary.
#include "server/command/command_mark.h"

#include <stdio.h>
#include <string.h>

#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/utf8.h"
#include "server/select/select_value.h"
#include "server/store/device_store.h"
#include "server/store/tag_store.h"

_Static_assert(SELECT_VALUE_TAG_MAX < TAG_STORE_TAG_SIZE, "a tag fits");

static int check_tags(const char *const *tags, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!select_value_is_tag(tags[i]))
            return err_set(err, ERR_INVALID,
                "\"%.40s\" is no tag: 1 to %d letters, digits, '.', '_' or '-'", tags[i],
                SELECT_VALUE_TAG_MAX);
    }
    return 0;
}

static int check_contradiction(const struct command_mark_tags *wish, struct err *err)
{
    for (size_t i = 0; i < wish->add_count; i++) {
        for (size_t j = 0; j < wish->remove_count; j++) {
            if (strcmp(wish->add[i], wish->remove[j]) == 0)
                return err_set(err, ERR_INVALID, "\"%.40s\" is both to be added and to be removed",
                    wish->add[i]);
        }
    }
    return 0;
}

// A store_job.
static int set_tags(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct command_mark_tags *wish = *(const struct command_mark_tags **)ctx;
    struct device_record device;
    int rc = device_store_get(connection, wish->mac, &device, err);

    for (size_t i = 0; rc == 0 && i < wish->remove_count; i++)
        rc = tag_store_remove(connection, wish->mac, wish->remove[i], err);
    for (size_t i = 0; rc == 0 && i < wish->add_count; i++)
        rc = tag_store_add(connection, wish->mac, wish->add[i], err);
    return rc;
}

int command_mark_set_tags(
    struct store *store, const struct command_mark_tags *wish, struct err *err)
{
    struct audit_change change = {.by = wish->by,
        .verb = "tag",
        .kind = AUDIT_DEVICE,
        .object = wish->mac,
        .forced = wish->forced};
    command_mark_run *make = wish->run != NULL ? wish->run : audit_run;
    int rc = check_tags(wish->add, wish->add_count, err);

    if (rc == 0)
        rc = check_tags(wish->remove, wish->remove_count, err);
    if (rc == 0)
        rc = check_contradiction(wish, err);
    if (rc == 0)
        rc = make(store, &change, set_tags, &wish, err);
    if (rc == 0)
        log_info("command", "device tagged mac=%s added=%zu removed=%zu", wish->mac,
            wish->add_count, wish->remove_count);
    return rc;
}

// A change of what is said of a device.
struct change {
    const char *mac;
    int (*apply)(struct device_mark *mark, const struct device_record *device, const void *wish,
        struct err *err);
    const void *wish;
    struct device_mark *out;
    bool forced;
    command_mark_run *run;
};

// A store_job.
static int run(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct change *change = ctx;
    struct device_record device;
    struct device_mark mark;
    int rc = device_store_get(connection, change->mac, &device, err);

    if (rc == 0)
        rc = mark_store_get(connection, change->mac, &mark, err);
    if (rc == 0)
        rc = change->apply(&mark, &device, change->wish, err);
    if (rc == 0)
        rc = mark_store_put(connection, change->mac, &mark, err);
    if (rc == 0)
        *change->out = mark;
    return rc;
}

static int make_change(struct store *store, struct change *change, const char *verb,
    const struct audit_author *by, struct err *err)
{
    struct audit_change audited = {.by = by,
        .verb = verb,
        .kind = AUDIT_DEVICE,
        .object = change->mac,
        .forced = change->forced};
    command_mark_run *make = change->run != NULL ? change->run : audit_run;

    return make(store, &audited, run, change, err);
}

static int apply_hold(
    struct device_mark *mark, const struct device_record *device, const void *ctx, struct err *err)
{
    const struct command_mark_hold *wish = ctx;
    const char *reason = wish->reason != NULL && wish->on ? wish->reason : "";

    (void)device;
    if (strlen(reason) >= sizeof mark->hold_reason || !utf8_is_valid(reason))
        return err_set(err, ERR_INVALID, "a reason has at most %zu bytes, in UTF-8",
            sizeof mark->hold_reason - 1);
    if (wish->on && mark->held_at_ms != 0 && wish->reason == NULL)
        return 0; // it stays as it is, with its reason
    if (!wish->on)
        mark->held_at_ms = 0;
    else if (mark->held_at_ms == 0)
        mark->held_at_ms = clock_now_ms();
    snprintf(mark->held_by, sizeof mark->held_by, "%s", wish->on ? wish->by->who : "");
    snprintf(mark->hold_reason, sizeof mark->hold_reason, "%s", reason);
    return 0;
}

int command_mark_set_hold(struct store *store, const struct command_mark_hold *wish,
    struct device_mark *out, struct err *err)
{
    struct change change = {wish->mac, apply_hold, wish, out, wish->forced, wish->run};
    int rc = make_change(store, &change, wish->on ? "hold" : "unhold", wish->by, err);

    if (rc == 0)
        log_info("command", "device %s mac=%s by=\"%s\" reason=\"%s\"",
            wish->on ? "held" : "no longer held", wish->mac, wish->by->who, out->hold_reason);
    return rc;
}

static int apply_pin(
    struct device_mark *mark, const struct device_record *device, const void *ctx, struct err *err)
{
    const char *image = ctx;
    const char *text = device->status.image;
    struct image_name running;
    struct image_name name;

    if (image[0] != '\0' && !image_name_parse(image, strlen(image), &name))
        return err_set(err, ERR_INVALID,
            "\"%.63s\" is no image's name, as BOARD-1.2; 'secureesp images list' shows those that "
            "there are",
            image);
    if (image[0] != '\0' && image_name_parse(text, strlen(text), &running) &&
        strcmp(running.board, name.board) != 0)
        return err_set(err, ERR_CONFLICT,
            "device %s runs %s, an image of another board than %s: it cannot be pinned to that",
            device->mac, text, image);
    snprintf(mark->pin, sizeof mark->pin, "%s", image);
    return 0;
}

int command_mark_set_pin(struct store *store, const struct command_mark_pin *wish,
    struct device_mark *out, struct err *err)
{
    struct change change = {wish->mac, apply_pin, wish->image, out, wish->forced, wish->run};
    int rc = make_change(store, &change, wish->image[0] != '\0' ? "pin" : "unpin", wish->by, err);

    if (rc == 0)
        log_info("command", "device pinned mac=%s image=\"%s\"", wish->mac, wish->image);
    return rc;
}

static int apply_canary(
    struct device_mark *mark, const struct device_record *device, const void *ctx, struct err *err)
{
    (void)device;
    (void)err;
    mark->is_canary = *(const bool *)ctx;
    return 0;
}

int command_mark_set_canary(struct store *store, const struct command_mark_canary *wish,
    struct device_mark *out, struct err *err)
{
    struct change change = {wish->mac, apply_canary, &wish->on, out, wish->forced, wish->run};
    int rc = make_change(store, &change, wish->on ? "canary" : "no-canary", wish->by, err);

    if (rc == 0)
        log_info(
            "command", "device %s mac=%s", wish->on ? "is a canary" : "is no canary", wish->mac);
    return rc;
}
