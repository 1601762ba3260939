// Reads what a device of a rollout is at.
#include "server/rollout/rollout_gather.h"

#include <stdio.h>
#include <string.h>

#include "common/image_version.h"
#include "server/release/release_find.h"
#include "server/release/release_pin.h"
#include "server/store/command_store.h"
#include "server/store/device_channel.h"
#include "server/store/device_store.h"
#include "server/store/revocation_store.h"
#include "server/store/tag_store.h"

static enum rollout_place no_way(char *why, const char *text, const char *image)
{
    snprintf(why, ROLLOUT_REASON_SIZE, "%s%s", text, image);
    return ROLLOUT_PLACE_NO_WAY;
}

enum rollout_place rollout_gather_place_config(
    const struct rollout *rollout, const struct settings_want *want, char why[ROLLOUT_REASON_SIZE])
{
    why[0] = '\0';
    if (!want->is_tried)
        return no_way(why, "is not in this group any more: ", rollout->patch.name);
    if (want->hash[0] == '\0')
        return no_way(why, "would get no config.json: ", want->why);
    return settings_want_is_met(want) ? ROLLOUT_PLACE_THERE : ROLLOUT_PLACE_BELOW;
}

// How an image that a device of a channel runs stands to that of the rollout.
static enum rollout_place place_image(const struct rollout_gather *gather, enum channel channel,
    const char *running, char why[ROLLOUT_REASON_SIZE])
{
    const struct release_catalogue *catalogue = gather->catalogue;
    const struct image_name *image = &gather->rollout->image;
    struct image_name name;
    const struct image *next;
    size_t first;
    size_t n = release_find_board(catalogue, image->board, &first);

    why[0] = '\0';
    if (!image_name_parse(running, strlen(running), &name) || strcmp(name.board, image->board) != 0)
        return ROLLOUT_PLACE_FOREIGN;
    if (image_version_compare(name.version, image->version) >= 0)
        return ROLLOUT_PLACE_THERE;
    switch (release_chain_next_within(
        release_find_channel(catalogue, channel) + first, n, &name, image, &next)) {
    case RELEASE_NEXT: break;
    case RELEASE_UNKNOWN_IMAGE: return no_way(why, "runs an image that was never added: ", running);
    case RELEASE_STRANDED: return no_way(why, "cannot verify its next image, ", next->name.text);
    case RELEASE_OTHER_LAYOUT:
        return no_way(why, "its next image is of another flash layout: ", next->name.text);
    default: return no_way(why, "nothing is published behind ", running);
    }
    if (image_version_compare(next->name.version, image->version) > 0)
        return no_way(why, "its way leads past the image, to ", next->name.text);
    return ROLLOUT_PLACE_BELOW;
}

struct site {
    const char *prefix;
    char *out;
};

static int take_site(const char *tag, void *ctx)
{
    const struct site *site = ctx;

    if (strncmp(tag, site->prefix, strlen(site->prefix)) != 0)
        return 0;
    snprintf(site->out, ROLLOUT_SITE_SIZE, "%s", tag);
    return 1;
}

int rollout_gather_site(struct store_connection *connection, const char *mac, const char *prefix,
    char out[ROLLOUT_SITE_SIZE], struct err *err)
{
    struct site site = {prefix, out};

    out[0] = '\0';
    if (prefix[0] == '\0')
        return 0;

    int rc = tag_store_each(connection, mac, take_site, &site, err);

    return rc < 0 ? rc : 0;
}

static int note_one(const struct command *command, void *ctx)
{
    (void)command;
    (void)ctx;
    return 1;
}

// While its own command is open, nothing else is ordered anyhow.
static int read_busy(const struct rollout_gather *gather, const struct rollout_device *device,
    struct rollout_facts *facts, struct err *err)
{
    int rc = command_store_each_open(gather->connection, device->mac, note_one, NULL, err);

    facts->is_busy = rc > 0;
    return rc < 0 ? rc : 0;
}

static int read_command(const struct rollout_gather *gather, const struct rollout_device *device,
    struct rollout_gathered *out, struct err *err)
{
    int rc = device->command_id != 0
                 ? command_store_get(gather->connection, device->command_id, &out->command, err)
                 : ERR_NOT_FOUND;

    if (rc == 0 && strcmp(out->command.mac, device->mac) == 0)
        out->facts.command = &out->command;
    return rc == ERR_NOT_FOUND ? 0 : rc;
}

// Which channel it follows, where that makes a difference.
static int read_channel(const struct rollout_gather *gather, const struct rollout_device *device,
    struct rollout_gathered *out, enum channel *channel, struct err *err)
{
    const struct release_member *member =
        release_find_member(gather->catalogue, gather->rollout->image.text, NULL);
    struct device_channel found;
    int rc;

    *channel = CHANNEL_STABLE;
    if (gather->catalogue->stable == NULL)
        return 0;
    rc = device_channel_get(gather->connection, device->mac, &out->mark, &found, err);
    if (rc < 0)
        return rc;
    *channel = found.channel;
    out->facts.is_off_channel = found.channel == CHANNEL_STABLE && member != NULL &&
                                member->image.state == IMAGE_PUBLISHED &&
                                member->image.channel == CHANNEL_BETA;
    return 0;
}

// What holds also of one that is not known any more.
static int read_absence(const struct rollout_gather *gather, const struct rollout_device *device,
    struct rollout_gathered *out, struct err *err)
{
    struct device_revocation revocation;
    int rc = replacement_store_get_of(gather->connection, device->mac, &out->replacement, err);

    if (rc == 0)
        out->facts.replaced_by = out->replacement.mac;
    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    rc = revocation_store_get(gather->connection, device->mac, &revocation, err);
    if (rc == 0)
        out->facts.is_revoked = revocation.readmitted_at_ms == 0;
    return rc == ERR_NOT_FOUND ? 0 : rc;
}

// What image it is to run, and may.
static int read_image(const struct rollout_gather *gather, const struct rollout_device *device,
    struct rollout_gathered *out, struct err *err)
{
    struct rollout_facts *facts = &out->facts;
    enum channel channel;
    int rc;

    switch (release_pin_judge(&out->mark, &gather->rollout->image)) {
    case RELEASE_PIN_HELD: facts->is_held = true; break;
    case RELEASE_PIN_BEYOND:
    case RELEASE_PIN_OTHER_BOARD: facts->pin = out->mark.pin; break;
    default: break;
    }
    rc = read_channel(gather, device, out, &channel, err);
    if (rc < 0)
        return rc;
    facts->running = out->record.status.image;
    facts->place = place_image(gather, channel, facts->running, out->why);
    return 0;
}

// What is wanted of one that waits is not asked: it has not got the patch. Of a rollout that is
// over nobody has it, and that says nothing of him.
static int read_config(const struct rollout_gather *gather, const struct rollout_device *device,
    struct rollout_gathered *out, struct err *err)
{
    struct rollout_facts *facts = &out->facts;
    const struct settings_want *want = &out->want;
    int rc;

    facts->is_config = true;
    facts->is_held = out->mark.held_at_ms != 0;
    facts->place = ROLLOUT_PLACE_BELOW;
    if (device->stage == ROLLOUT_WAITING)
        return 0;
    rc = settings_want_read(gather->connection, gather->base, device->mac, &out->want, err);
    if (rc < 0)
        return rc;
    facts->running = settings_want_runs(want);
    facts->is_inferred = want->config.said[0] == '\0';
    if (!facts->is_over)
        facts->place = rollout_gather_place_config(gather->rollout, want, out->why);
    return 0;
}

int rollout_gather_read(const struct rollout_gather *gather, const struct rollout_device *device,
    struct rollout_gathered *out, struct err *err)
{
    struct rollout_facts *facts = &out->facts;
    int rc;

    memset(out, 0, sizeof *out);
    *facts = (struct rollout_facts){.device = device,
        .timeout_ms = gather->rollout->terms.timeout_ms,
        .now_ms = gather->now_ms,
        .is_paused = gather->rollout->state == ROLLOUT_PAUSED ||
                     rollout_state_is_end(gather->rollout->state),
        .is_over = rollout_state_is_end(gather->rollout->state),
        .running = "",
        .why_no_way = out->why};
    rc = device_store_get(gather->connection, device->mac, &out->record, err);
    facts->is_known = rc == 0;
    if (rc == 0 || rc == ERR_NOT_FOUND)
        rc = read_absence(gather, device, out, err);
    if (rc < 0 || !facts->is_known)
        return rc;
    facts->is_online = out->record.online;
    facts->heard_at_ms = out->record.last_seen_ms;
    rc = mark_store_get(gather->connection, device->mac, &out->mark, err);
    if (rc == 0)
        rc = gather->base != NULL ? read_config(gather, device, out, err)
                                  : read_image(gather, device, out, err);
    if (rc < 0)
        return rc;
    rc = read_busy(gather, device, facts, err);
    return rc < 0 ? rc : read_command(gather, device, out, err);
}
