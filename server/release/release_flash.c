// What a `flash` means, and whether it may go out.
#include "server/release/release_flash.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/result.h"
#include "server/release/release_find.h"
#include "server/release/release_gate.h"
#include "server/release/release_pin.h"
#include "server/store/device_channel.h"
#include "server/store/device_store.h"

static void hold(struct command_verdict *out, const char *result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void hold(struct command_verdict *out, const char *result, const char *format, ...)
{
    va_list args;

    out->held = true;
    snprintf(out->result, sizeof out->result, "%s", result);
    va_start(args, format);
    vsnprintf(out->detail, sizeof out->detail, format, args);
    va_end(args);
}

// A device of ours says itself if nothing is there; it must only not take what is no more offered.
static void judge_unknown(const struct release_catalogue *catalogue,
    const struct release_flash_device *asked, struct command_verdict *out)
{
    const struct device_record *device = asked->device;
    struct image_name running;
    struct image_name limit;
    const char *text = device->status.image;
    const struct image *next;
    size_t first;

    if (device->speaks_events && image_name_parse(text, strlen(text), &running)) {
        size_t n = release_find_board(catalogue, running.board, &first);
        bool is_pinned = release_pin_limit(asked->mark, running.board, &limit);

        if (release_chain_next_within(release_find_channel(catalogue, asked->channel) + first, n,
                &running, is_pinned ? &limit : NULL, &next) == RELEASE_NEXT) {
            memcpy(out->image, next->name.text, sizeof out->image);
            return;
        }
    }
    hold(out, result_name(RESULT_NOTHING_DOWNLOADED),
        "not sent: no download of this device is known; give 'firmware' first (or 'flash --force' "
        "if it downloaded an image before this daemon could know)");
}

// By the chain of the device's image, if that is known. What is not was offered for what it ran.
static void judge_step(const struct release_member *members, size_t n, const struct image *running,
    const struct image *image, struct command_verdict *out)
{
    switch (release_chain_permit(members, n, running, image)) {
    case RELEASE_STRANDED:
        hold(out, COMMAND_RESULT_HELD,
            "not sent: image %s, which the device has downloaded, is not verified by %s, which it "
            "runs; give 'firmware' for its next image",
            image->name.text, running->name.text);
        break;
    case RELEASE_OTHER_LAYOUT:
        hold(out, COMMAND_RESULT_HELD,
            "not sent: image %s, which the device has downloaded, is of another flash layout than "
            "%s, which it runs; give 'firmware' for its next image",
            image->name.text, running->name.text);
        break;
    case RELEASE_PASSES_BY:
        hold(out, COMMAND_RESULT_HELD,
            "not sent: image %s, which the device has downloaded, is behind one that must be "
            "passed through; give 'firmware' for that",
            image->name.text);
        break;
    case RELEASE_DEAD_END:
        hold(out, COMMAND_RESULT_HELD,
            "not sent: from image %s, which the device has downloaded, it would not come as far "
            "as from %s, which it runs; give 'firmware' for its next image",
            image->name.text, running->name.text);
        break;
    default: break;
    }
}

static void judge_staged(const struct release_catalogue *catalogue,
    const struct release_flash_device *asked, struct command_verdict *out)
{
    const struct download_store_staged *staged = asked->staged;
    const struct image *image = release_find_image(catalogue, staged->image);
    const struct image *running = release_find_image(catalogue, asked->device->status.image);
    const struct release_member *members = release_find_channel(catalogue, asked->channel);
    size_t first;

    memcpy(out->image, staged->image, sizeof out->image);
    if (image == NULL)
        hold(out, COMMAND_RESULT_HELD,
            "not sent: image %s, which the device has downloaded, was removed; give 'firmware' for "
            "its next image ('flash --force' installs that one all the same)",
            staged->image);
    else if (staged->sha256[0] != '\0' && strcmp(staged->sha256, image->sha256) != 0)
        hold(out, COMMAND_RESULT_HELD,
            "not sent: the device has downloaded an image %s that was replaced since; give "
            "'firmware' again ('flash --force' installs the old one all the same)",
            staged->image);
    else if (image->state != IMAGE_PUBLISHED)
        hold(out, COMMAND_RESULT_HELD,
            "not sent: image %s was withdrawn after the device had downloaded it; publish it "
            "again, or give 'firmware' for its next image ('flash --force' installs it all the "
            "same)",
            staged->image);
    else if (asked->channel != CHANNEL_BETA && image->channel == CHANNEL_BETA)
        hold(out, COMMAND_RESULT_HELD,
            "not sent: image %s, which the device has downloaded, is of channel beta, and the "
            "device follows stable; give 'firmware' for its next image ('flash --force' installs "
            "it all the same)",
            staged->image);
    else if (running != NULL && strcmp(running->name.board, image->name.board) == 0) {
        size_t n = release_find_board(catalogue, image->name.board, &first);

        judge_step(members + first, n, running, image, out);
    }
}

// What an operator has said of the device goes before what it has.
static void judge_mark(const struct device_mark *mark, struct command_verdict *out)
{
    struct image_name image;

    if (out->held || !image_name_parse(out->image, strlen(out->image), &image))
        return;
    switch (release_pin_judge(mark, &image)) {
    case RELEASE_PIN_BEYOND:
    case RELEASE_PIN_OTHER_BOARD:
        hold(out, COMMAND_RESULT_HELD,
            "not sent: the device is pinned to %s, and would install %s ('flash --force' installs "
            "it all the same)",
            mark->pin, image.text);
        break;
    default: break; // who is held gets no command at all
    }
}

void release_flash_judge(const struct release_catalogue *catalogue,
    const struct release_flash_device *asked, struct command_verdict *out)
{
    *out = (struct command_verdict){0};
    if (asked->staged == NULL)
        judge_unknown(catalogue, asked, out);
    else
        judge_staged(catalogue, asked, out);
    judge_mark(asked->mark, out);
}

// Nor does an operator's `flash` go before a rollout, unless it is forced.
static int judge_gate(struct store_connection *connection,
    const struct release_catalogue *catalogue, const struct device_record *device,
    struct command_verdict *out, struct err *err)
{
    const char *text = device->status.image;
    const struct release_member *gate;
    struct image_name running;
    struct image_name image;
    struct release_pin_way way = {.running = &running};
    size_t first;
    int rc;

    if (out->held || !image_name_parse(out->image, strlen(out->image), &image))
        return 0;
    if (!image_name_parse(text, strlen(text), &running) || strcmp(running.board, image.board) != 0)
        running = (struct image_name){.version = "0"}; // before all: each gate counts
    way.n = release_find_board(catalogue, image.board, &first);
    way.members = catalogue->members + first;
    rc = release_gate_find(connection, device->mac, &way, &gate, err);
    if (rc == 0 && release_gate_bars(gate, &image))
        hold(out, COMMAND_RESULT_HELD,
            "not sent: rollout %s brings image %s to devices, and has not reached this one "
            "('flash --force' installs what it has downloaded all the same)",
            gate->rollout, gate->image.name.text);
    return rc;
}

int release_flash_decide(struct store_connection *connection, const char *mac,
    struct command_verdict *out, void *ctx, struct err *err)
{
    struct release *release = ctx;
    const struct release_catalogue *catalogue;
    struct download_store_staged staged;
    struct device_record device;
    struct device_mark mark;
    struct device_channel channel = {0};
    int rc = device_store_get(connection, mac, &device, err);
    int known;

    if (rc == 0)
        rc = mark_store_get(connection, mac, &mark, err);
    if (rc == 0)
        rc = device_channel_get(connection, mac, &mark, &channel, err);
    if (rc < 0)
        return rc;
    known = download_store_get_staged(connection, mac, &staged, err);
    if (known < 0 && known != ERR_NOT_FOUND)
        return known;

    struct release_flash_device asked = {
        &device, known == 0 ? &staged : NULL, &mark, channel.channel};

    catalogue = release_hold(release);
    release_flash_judge(catalogue, &asked, out);
    rc = judge_gate(connection, catalogue, &device, out, err);
    release_drop(release, catalogue);
    return rc;
}
