// What downloads change in the store.
#include "server/ingest/download_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "common/result.h"
#include "server/base/clock.h"
#include "server/ingest/command_outcome.h"
#include "server/ingest/download_spans.h"
#include "server/model/event_kind.h"
#include "server/store/command_store.h"
#include "server/store/device_config_store.h"
#include "server/store/device_store.h"
#include "server/store/download_store.h"
#include "server/store/image_store.h"

static bool is_file(const struct download_write *answer)
{
    return answer->status == 200 || answer->status == 206;
}

static bool is_firmware(const struct download_write *answer)
{
    return strcmp(answer->file, CONTRACT_FILE_FIRMWARE) == 0;
}

// Adds the transfer to those before it. 1 if the file is complete by it, else 0, or an error.
static int add_parts(
    struct store_connection *connection, const struct download_write *answer, struct err *err)
{
    struct download_store_parts parts = {
        .file = answer->file,
        .sha256 = answer->sha256,
        .size_bytes = (int64_t)answer->size,
    };
    struct download_spans_transfer transfer = {
        answer->offset, answer->bytes, answer->received, answer->began_at_ms};
    struct download_spans spans;
    char text[DOWNLOAD_SPANS_TEXT_SIZE];
    char *before = NULL;

    memcpy(parts.mac, answer->mac, sizeof parts.mac);

    int rc = download_store_get_parts(connection, &parts, &before, err);

    if (rc < 0)
        return rc;
    download_spans_read(before != NULL ? before : "", answer->size, &spans);
    free(before);
    download_spans_take(&spans, &transfer);
    if (download_spans_is_complete(&spans))
        return 1;
    download_spans_write(&spans, text);
    return download_store_put_parts(connection, &parts, text, err);
}

// 1 if the device has all of the file, else 0, or an error.
static int take_transfer(
    struct store_connection *connection, const struct download_write *answer, struct err *err)
{
    bool whole = answer->received && answer->offset == 0 && answer->bytes == answer->size;
    int rc = whole ? 1 : add_parts(connection, answer, err);

    if (rc <= 0)
        return rc;
    rc = download_store_remove_parts(connection, answer->mac, answer->file, err);
    return rc < 0 ? rc : 1;
}

static int note_image(
    struct store_connection *connection, struct download_write *answer, struct err *err)
{
    struct event event = {.at_ms = answer->at_ms};
    struct download_store_staged staged = {.at_ms = answer->at_ms};

    snprintf(event.mac, sizeof event.mac, "%s", answer->mac);
    snprintf(event.kind, sizeof event.kind, "%s", EVENT_KIND_DOWNLOAD);
    snprintf(event.image, sizeof event.image, "%s", answer->image);
    memcpy(staged.mac, answer->mac, sizeof staged.mac);
    memcpy(staged.image, answer->image, sizeof staged.image);
    memcpy(staged.sha256, answer->sha256, sizeof staged.sha256);

    int rc = event_history_add(connection, &answer->history, &event, false, err);

    return rc < 0 ? rc : download_store_stage(connection, &staged, err);
}

// What a file that the device has all of tells.
static int note_file(
    struct store_connection *connection, struct download_write *answer, struct err *err)
{
    char hash[DEVICE_CONFIG_HASH_SIZE];

    if (is_firmware(answer))
        return note_image(connection, answer, err);
    if (strcmp(answer->file, CONTRACT_FILE_CONFIG) != 0)
        return 0;
    snprintf(hash, sizeof hash, "%.*s", (int)sizeof hash - 1, answer->sha256);
    return device_config_store_note_fetched(connection, answer->mac, hash, answer->at_ms, err);
}

// begun: only that a part of the file has arrived.
static int tell_command(struct store_connection *connection, const struct download_write *answer,
    bool begun, struct err *err)
{
    struct command command;
    struct command_outcome_download download = {
        .file = answer->file,
        .status = is_file(answer) ? 200 : answer->status,
        .image = answer->image,
        .now_ms = answer->at_ms,
        .began_at_ms = answer->at_ms - answer->took_ms,
    };
    int rc = command_store_get_in_hand(connection, answer->mac, &command, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    if (begun ? !command_outcome_begun(&command, &download)
              : !command_outcome_by_download(&command, &download))
        return 0;
    return command_store_update(connection, &command, err);
}

int download_write_answer(struct store_connection *connection, void *ctx, struct err *err)
{
    struct download_write *answer = ctx;
    struct device_record device;
    int rc = device_store_get(connection, answer->mac, &device, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    clock_follow(&answer->at_ms, &answer->stepped_ms);
    if (is_file(answer)) {
        rc = take_transfer(connection, answer, err);
        if (rc == 0 && answer->bytes > 0 && !device.speaks_events)
            return tell_command(connection, answer, true, err);
        if (rc <= 0)
            return rc;
        rc = note_file(connection, answer, err);
    }
    if (rc == 0 && !device.speaks_events)
        rc = tell_command(connection, answer, false, err);
    return rc;
}

// Results of `firmware` after which a device has nothing staged, whatever it had before.
static bool spoils_download(const char *result)
{
    static const enum result spoiling[] = {RESULT_TRUNCATED, RESULT_OVERSIZED,
        RESULT_TRAILER_INVALID, RESULT_SIGNATURE_INVALID, RESULT_DESCRIPTOR_INVALID,
        RESULT_WRONG_BOARD, RESULT_NOT_NEWER, RESULT_FLASH_FAILED};

    for (size_t i = 0; i < sizeof spoiling / sizeof spoiling[0]; i++) {
        if (result_from_name(result) == spoiling[i])
            return true;
    }
    return false;
}

static int stage_by_event(
    struct store_connection *connection, const struct event *event, struct err *err)
{
    struct download_store_staged staged = {.at_ms = event->at_ms};
    struct download_store_staged before = {.image = ""};
    int rc = download_store_get_staged(connection, event->mac, &before, err);

    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    if (strcmp(before.image, event->image) == 0)
        return 0; // its transfer told more
    memcpy(staged.mac, event->mac, sizeof staged.mac);
    memcpy(staged.image, event->image, sizeof staged.image);
    rc = image_store_get_sha256(connection, event->image, staged.sha256, err);
    return rc < 0 ? rc : download_store_stage(connection, &staged, err);
}

static bool is_result(const struct event *event, enum result result)
{
    return strcmp(event->result, result_name(result)) == 0;
}

static int take_firmware(
    struct store_connection *connection, const struct event *event, struct err *err)
{
    if (is_result(event, RESULT_OK) && event->image[0] != '\0')
        return stage_by_event(connection, event, err);
    return spoils_download(event->result) ? download_store_unstage(connection, event->mac, err) : 0;
}

static int take_flash(
    struct store_connection *connection, const struct event *event, struct err *err)
{
    // It names what it has in place of what was meant.
    if (is_result(event, RESULT_NOT_STAGED) && event->image[0] != '\0')
        return stage_by_event(connection, event, err);
    return is_result(event, RESULT_NOT_STAGED) || is_result(event, RESULT_NOTHING_DOWNLOADED)
               ? download_store_unstage(connection, event->mac, err)
               : 0;
}

int download_write_event(
    struct store_connection *connection, const struct event *event, struct err *err)
{
    if (strcmp(event->kind, CONTRACT_EVENT_KIND_COMMAND) != 0)
        return 0;
    if (strcmp(event->command, CONTRACT_COMMAND_FIRMWARE) == 0)
        return take_firmware(connection, event, err);
    if (strcmp(event->command, CONTRACT_COMMAND_FLASH) == 0)
        return take_flash(connection, event, err);
    return 0;
}

int download_write_installed(struct store_connection *connection, const char *mac, struct err *err)
{
    return download_store_unstage(connection, mac, err);
}
