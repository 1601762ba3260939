// Begins a rollout: who takes part, and that nobody else is offered the image.
#include "server/rollout/rollout_create.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/image_version.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/release/release_find.h"
#include "server/release/release_publish.h"
#include "server/rollout/rollout_create_config.h"
#include "server/rollout/rollout_members.h"
#include "server/rollout/rollout_wait.h"
#include "server/select/select_parse.h"
#include "server/store/rollout_store.h"

// Under way.
struct work {
    struct store_connection *connection;
    const struct rollout_create_wish *wish;
    struct rollout_created *out;
    bool is_off_channel; // those that are read follow another channel than the image
    struct rollout_members members;
    struct err *err;
};

// Whether it is to get the image.
static bool takes_part(struct work *work, const struct device_record *device)
{
    const struct image_name *image = &work->wish->rollout->image;
    const char *text = device->status.image;
    struct image_name running;

    work->out->met++;
    if (device->revoked_at_ms != 0)
        work->out->revoked++;
    else if (!image_name_parse(text, strlen(text), &running) ||
             strcmp(running.board, image->board) != 0)
        work->out->foreign++;
    else if (image_version_compare(running.version, image->version) >= 0)
        work->out->current++;
    else
        return true;
    return false;
}

static int collect(const struct device_record *device, void *ctx)
{
    struct work *work = ctx;

    if (!takes_part(work, device))
        return 0;
    if (work->is_off_channel) {
        work->out->off_channel++;
        return 0;
    }
    return rollout_members_add(&work->members, device);
}

// One image of a board at a time: who waits for the one could not pass it on the way to the other.
static int check_gates(
    const struct release_catalogue *catalogue, const struct image_name *image, struct err *err)
{
    size_t first;
    size_t n = release_find_board(catalogue, image->board, &first);

    for (size_t i = first; i < first + n; i++) {
        const struct release_member *member = &catalogue->members[i];

        if (member->rollout[0] != '\0' && strcmp(member->image.name.text, image->text) != 0)
            return err_set(err, ERR_CONFLICT,
                "image %s of the same board is under rollout %s; let that end, or abort it and "
                "withdraw the image",
                member->image.name.text, member->rollout);
    }
    return 0;
}

static int check_members(const struct work *work, struct err *err)
{
    const struct rollout_created *out = work->out;
    const char *image = work->wish->rollout->image.text;

    if (out->count == 0)
        return err_set(err, ERR_NOT_FOUND,
            "no device is to get %s: %lld meet the filter, of which %lld run it or a later one, "
            "%lld are of another board, %lld are revoked and %lld follow stable, which it is not "
            "published to",
            image, (long long)out->met, (long long)out->current, (long long)out->foreign,
            (long long)out->revoked, (long long)out->off_channel);
    return 0;
}

// How the image is published, if it is not.
static struct release_publish_wish publication(const struct rollout_create_wish *wish)
{
    return (struct release_publish_wish){.name = wish->rollout->image.text,
        .channel = CHANNEL_STABLE,
        .no_force = true,
        .by = wish->by};
}

static int check_publication(const struct release_catalogue *catalogue,
    const struct rollout_create_wish *wish, struct rollout_created *out, struct err *err)
{
    const struct release_publish_wish publish = publication(wish);

    return out->is_published ? release_publish_check(catalogue, &publish, err) : 0;
}

// Reads the devices of the filter that follow a channel.
static int collect_of(struct work *work, enum channel channel)
{
    const struct device_filter *filter = work->wish->filter;
    struct device_filter narrowed = *filter;
    struct select_tree *trees = calloc(filter->tree_count + 1, sizeof *trees);
    char text[sizeof "channel=stable"];
    int rc;

    if (trees == NULL)
        return err_set(work->err, ERR_NO_MEMORY, "no memory for a rollout");
    if (filter->tree_count > 0)
        memcpy(trees, filter->trees, filter->tree_count * sizeof *trees);
    snprintf(text, sizeof text, "channel=%s", channel_name(channel));
    rc = select_parse(text, &trees[filter->tree_count], work->err);
    narrowed.trees = trees;
    narrowed.tree_count++;
    if (narrowed.now_ms == 0)
        narrowed.now_ms = clock_now_ms();
    if (rc == 0)
        rc = device_store_each(work->connection, &narrowed, collect, work, work->err);
    free(trees);
    return rc;
}

// Who follows another channel would be offered nothing.
static int collect_all(struct work *work, const struct release_member *member)
{
    bool is_beta = member->image.state == IMAGE_PUBLISHED && member->image.channel == CHANNEL_BETA;
    int rc;

    if (!is_beta)
        return device_store_each(work->connection, work->wish->filter, collect, work, work->err);
    rc = collect_of(work, CHANNEL_BETA);
    work->is_off_channel = true;
    return rc < 0 ? rc : collect_of(work, CHANNEL_STABLE);
}

static int plan(struct store_connection *connection, const struct release_catalogue *catalogue,
    const struct rollout_create_wish *wish, struct rollout_created *out, struct err *err)
{
    const struct rollout *rollout = wish->rollout;
    struct work work = {.connection = connection,
        .wish = wish,
        .out = out,
        .members = {.connection = connection, .rollout = rollout, .out = out, .err = err},
        .err = err};
    const struct release_member *member = release_find_member(catalogue, rollout->image.text, err);
    int rc = member != NULL ? rollout_wait_check_zone(&rollout->terms, err) : ERR_NOT_FOUND;

    rollout_creation_clear(out);
    if (rc == 0)
        rc = check_gates(catalogue, &rollout->image, err);
    if (rc == 0)
        rc = collect_all(&work, member);
    if (rc == 0)
        rc = rollout_members_close(&work.members);
    if (rc == 0)
        rc = check_members(&work, err);
    if (rc < 0)
        return rc;
    out->is_published = member->image.state != IMAGE_PUBLISHED;
    return check_publication(catalogue, wish, out, err);
}

int rollout_create_plan(struct store *store, struct release *release,
    const struct rollout_create_wish *wish, struct rollout_created *out, struct err *err)
{
    const struct release_catalogue *catalogue;
    struct store_connection *connection;
    struct rollout old;
    int rc = store_read_begin(store, &connection, err);

    if (rc < 0)
        return rc;
    catalogue = release_hold(release);
    rc = rollout_store_get(connection, wish->rollout->name, &old, NULL);
    if (rc == 0)
        rc = err_set(
            err, ERR_CONFLICT, "there is a rollout %s already; choose another name", old.name);
    else if (rc == ERR_NOT_FOUND)
        rc = wish->rollout->kind == ROLLOUT_CONFIG
                 ? rollout_create_config_plan(connection, wish, out, err)
                 : plan(connection, catalogue, wish, out, err);
    release_drop(release, catalogue);
    store_read_end(store, connection);
    return rc;
}

struct creation {
    const struct rollout_create_wish *wish;
    struct rollout_created *out;
};

// A release_change. The gate stands before the image is published, and all of it at once.
static int create(struct store_connection *connection, struct release_catalogue *catalogue,
    void *ctx, struct err *err)
{
    const struct creation *creation = ctx;
    struct rollout *rollout = creation->wish->rollout;
    int rc = plan(connection, catalogue, creation->wish, creation->out, err);

    if (rc < 0)
        return rc;

    const struct release_publish_wish publish = publication(creation->wish);

    rollout->state = ROLLOUT_RUNNING;
    rollout->is_gated = true;
    rollout->created_at_ms = clock_now_ms(); // here, since the writer also moves the clock
    rc = rollout_store_lift_gates(connection, rollout->image.text, err);
    if (rc == 0)
        rc = rollout_store_add(connection, rollout, err);
    if (rc == 0)
        rc = rollout_members_store(connection, rollout, creation->out, err);
    return rc < 0 || !creation->out->is_published
               ? rc
               : release_publish_within(connection, catalogue, &publish, err);
}

int rollout_create_run(struct release *release, const struct rollout_create_wish *wish,
    struct rollout_created *out, struct err *err)
{
    struct creation creation = {wish, out};
    struct audit_change audit = {
        .by = wish->by, .verb = "create", .kind = AUDIT_ROLLOUT, .object = wish->rollout->name};
    int rc;

    if (wish->rollout->kind == ROLLOUT_CONFIG)
        return rollout_create_config_run(wish, out, err);
    rc = release_make_change(release, &audit, create, &creation, err);
    if (rc == 0)
        log_info("rollout", "created name=%s image=%s devices=%zu", wish->rollout->name,
            wish->rollout->image.text, out->count);
    return rc;
}
