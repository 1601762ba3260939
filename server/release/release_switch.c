// Devices change their channels.
#include "server/release/release_switch.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/log.h"
#include "server/release/release_channel.h"
#include "server/release/release_check.h"
#include "server/release/release_find.h"
#include "server/release/release_follow.h"
#include "server/release/release_load.h"
#include "server/store/device_store.h"

struct work {
    store_job job;
    void *ctx;
    const struct audit_change *change;
};

// What the devices of a channel see, planned, of a whole catalogue; the caller frees it.
static struct release_member *view(
    const struct release_catalogue *catalogue, const size_t place[2], enum channel channel)
{
    struct release_member *members = calloc(place[1], sizeof *members);

    if (members == NULL)
        return NULL;
    release_channel_view(catalogue->members + place[0], place[1], channel, members);
    release_chain_plan(members, place[1]);
    return members;
}

static int refuse(
    const struct release_member *members, size_t i, enum channel channel, struct err *err)
{
    return err_set(err, ERR_CONFLICT,
        "would strand devices on %s: in channel %s they would come no further than %s (--force "
        "does it anyway)",
        members[i].image.name.text, channel_name(channel),
        members[members[i].reach].image.name.text);
}

// Whether those that come to a channel are lost there and were not. places: of a board, and how
// many.
static int check_board(const struct release_catalogue *before,
    const struct release_catalogue *after, const size_t place[2], struct err *err)
{
    size_t n = place[1];
    struct release_member *stable = view(after, place, CHANNEL_STABLE);
    struct release_member *beta = view(after, place, CHANNEL_BETA);
    int rc = stable == NULL || beta == NULL
                 ? err_set(err, ERR_NO_MEMORY, "no memory for a release chain")
                 : 0;

    for (size_t i = 0; rc == 0 && i < n; i++) {
        int64_t more =
            after->members[place[0] + i].beta_devices - before->members[place[0] + i].beta_devices;
        bool in_stable = release_check_is_lost(stable, n, i);
        bool in_beta = release_check_is_lost(beta, n, i);

        if (more > 0 && in_beta && !in_stable)
            rc = refuse(beta, i, CHANNEL_BETA, err);
        else if (more < 0 && in_stable && !in_beta)
            rc = refuse(stable, i, CHANNEL_STABLE, err);
    }
    free(stable);
    free(beta);
    return rc;
}

// The same images in both, board by board.
static int check(
    const struct release_catalogue *before, const struct release_catalogue *after, struct err *err)
{
    const struct release_member *members = after->members;
    int rc = 0;

    for (size_t place[2] = {0, 0}; rc == 0 && place[0] < after->member_count;
         place[0] += place[1]) {
        const char *board = members[place[0]].image.name.board;

        for (place[1] = 1; place[0] + place[1] < after->member_count; place[1]++) {
            if (strcmp(members[place[0] + place[1]].image.name.board, board) != 0)
                break;
        }
        rc = check_board(before, after, place, err);
    }
    return rc;
}

// A store_job.
static int run(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct work *work = ctx;
    struct release_catalogue *before;
    struct release_catalogue *after = NULL;
    int rc = release_load(connection, true, &before, err);

    if (rc < 0)
        return rc;
    rc = work->job(connection, work->ctx, err);
    if (rc == 0)
        rc = release_load(connection, true, &after, err);
    if (rc == 0 && !work->change->forced)
        rc = check(before, after, err);
    release_load_free(before);
    release_load_free(after);
    return rc;
}

// What is told is told by whoever knows the ctx.
static void tell(struct audit_told *told, const void *ctx)
{
    const struct work *work = ctx;

    work->change->tell(told, work->ctx);
}

static int run_audited(struct store *store, struct work *work, store_job job, struct err *err)
{
    struct audit_change own = *work->change;

    if (own.tell != NULL)
        own.tell = tell;
    return audit_run(store, &own, job, work, err);
}

int release_switch_run(struct store *store, const struct audit_change *change, store_job job,
    void *ctx, struct err *err)
{
    struct work work = {job, ctx, change};

    return run_audited(store, &work, run, err);
}

// Whether a device on that image is lost in the one channel and not in the other.
static int check_image(const struct release_catalogue *catalogue, const char *image,
    const enum channel channels[2], struct err *err)
{
    const struct release_member *member = release_find_member(catalogue, image, NULL);
    size_t place[2];
    int rc = 0;

    if (member == NULL)
        return 0; // it is offered nothing anyhow
    place[1] = release_find_board(catalogue, member->image.name.board, &place[0]);

    size_t i = (size_t)(member - catalogue->members) - place[0];
    struct release_member *before = view(catalogue, place, channels[0]);
    struct release_member *after = view(catalogue, place, channels[1]);

    if (before == NULL || after == NULL)
        rc = err_set(err, ERR_NO_MEMORY, "no memory for a release chain");
    else if (release_check_is_lost(after, place[1], i) &&
             !release_check_is_lost(before, place[1], i))
        rc = refuse(after, i, channels[1], err);
    free(before);
    free(after);
    return rc;
}

static int check_device(struct store_connection *connection, const char *mac,
    const enum channel channels[2], struct err *err)
{
    struct release_catalogue *catalogue;
    struct device_record device;
    int rc = device_store_get(connection, mac, &device, err);

    if (rc == 0)
        rc = release_load(connection, false, &catalogue, err);
    if (rc != 0)
        return rc;
    rc = check_image(catalogue, device.status.image, channels, err);
    release_load_free(catalogue);
    return rc;
}

// A store_job.
static int run_device(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct work *work = ctx;
    const char *mac = work->change->object;
    enum channel channels[2]; // before and after
    int rc = release_follow_channel(connection, mac, &channels[0], err);

    if (rc == 0)
        rc = work->job(connection, work->ctx, err);
    if (rc == 0)
        rc = release_follow_channel(connection, mac, &channels[1], err);
    if (rc < 0 || work->change->forced || channels[0] == channels[1])
        return rc;
    return check_device(connection, mac, channels, err);
}

int release_switch_run_device(struct store *store, const struct audit_change *change, store_job job,
    void *ctx, struct err *err)
{
    struct work work = {job, ctx, change};

    return run_audited(store, &work, run_device, err);
}

struct device_change {
    const struct release_switch_wish *wish;
    struct device_mark *out;
};

// A store_job.
static int set_channel(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct device_change *change = ctx;
    const char *mac = change->wish->mac;
    struct device_record device;
    struct device_mark mark;
    int rc = device_store_get(connection, mac, &device, err);

    if (rc == 0)
        rc = mark_store_get(connection, mac, &mark, err);
    if (rc < 0)
        return rc;
    mark.channel = change->wish->channel;
    *change->out = mark;
    return mark_store_put(connection, mac, &mark, err);
}

int release_switch_device(struct store *store, const struct release_switch_wish *wish,
    struct device_mark *out, struct err *err)
{
    struct device_change change = {wish, out};
    const struct audit_change audit = {.by = wish->by,
        .verb = "channel",
        .kind = AUDIT_DEVICE,
        .object = wish->mac,
        .forced = wish->force};
    int rc = release_switch_run_device(store, &audit, set_channel, &change, err);
    const char *name = channel_name(wish->channel);

    if (rc == 0)
        log_info(
            "release", "device channel mac=%s channel=%s", wish->mac, name != NULL ? name : "none");
    return rc;
}
