// Decisions: has a command ended, and how.
#include "server/ingest/command_outcome.h"

#include <stdio.h>
#include <string.h>

#include "common/contract.h"
#include "common/result.h"
#include "server/ingest/payload_text.h"

#define LATE_MS 3600000 // a cancelled command ends by what the device does within that time

// What it says beside its result.
static void say(struct command *command, const char *text)
{
    bool cancelled = command->state == COMMAND_CANCELLED;
    const char *before = cancelled ? "cancelled after it was sent, but too late; " : "";
    size_t n = strlen(before);

    memcpy(command->detail, before, n);
    payload_text_copy(command->detail + n, sizeof command->detail - n, text);
}

// Whether what a device does may be its outcome.
static bool is_in_hand(const struct command *command, int64_t now_ms)
{
    return command->state == COMMAND_SENT ||
           (command->state == COMMAND_CANCELLED && command->sent_at_ms != 0 &&
               now_ms - command->sent_at_ms < LATE_MS);
}

// Of an outcome that nobody reported.
static void infer(struct command *command, const char *text)
{
    say(command, text);
    command->inferred = true;
}

static void end(
    struct command *command, enum command_state state, const char *result, int64_t now_ms)
{
    command->state = state;
    snprintf(command->result, sizeof command->result, "%s", result);
    command->ended_at_ms = now_ms;
}

static void copy_image(struct command *command, const char *image)
{
    if (image[0] != '\0')
        snprintf(command->image, sizeof command->image, "%s", image);
}

static void judge_flash(struct command *command, const struct command_outcome_restart *restart)
{
    const struct device_status *status = restart->status;
    bool changed = status->image[0] != '\0' && strcmp(status->image, restart->image_before) != 0;
    const char *why = status->error[0] != '\0'   ? status->error
                      : status->image[0] != '\0' ? "runs the same image after the restart"
                                                 : "does not say which image it runs";

    copy_image(command, status->image);
    if (changed) {
        infer(command, "inferred: it restarted with another image");
        end(command, COMMAND_DONE, result_name(RESULT_OK), restart->now_ms);
        return;
    }
    infer(command, why);
    end(command, COMMAND_FAILED, result_name(RESULT_FLASH_FAILED), restart->now_ms);
}

bool command_outcome_by_restart(
    struct command *command, const struct command_outcome_restart *restart)
{
    int64_t latest_boot_ms = restart->boot_ms + restart->status->uptime_ms / 100;

    if (!is_in_hand(command, restart->now_ms) || latest_boot_ms < command->sent_at_ms)
        return false;
    if (strcmp(command->name, CONTRACT_COMMAND_FLASH) == 0) {
        judge_flash(command, restart);
        return true;
    }
    if (strcmp(command->name, CONTRACT_COMMAND_REBOOT) != 0)
        return false;
    copy_image(command, restart->status->image);
    infer(command, "inferred: it restarted");
    end(command, COMMAND_DONE, result_name(RESULT_OK), restart->now_ms);
    return true;
}

// Ended by the clock or the operator only: a late outcome is better than none.
static bool is_open(const struct command *command)
{
    return command->state == COMMAND_QUEUED || command->state == COMMAND_SENT ||
           command->state == COMMAND_EXPIRED || command->state == COMMAND_CANCELLED;
}

static bool is_of(const struct command *command, const struct event *event)
{
    if (event->command_id != command->id || strcmp(event->mac, command->mac) != 0)
        return false;
    if (event->command[0] != '\0' && strcmp(event->command, command->name) != 0)
        return false;
    return is_open(command);
}

bool command_outcome_by_event(struct command *command, const struct event *event)
{
    if (strcmp(event->kind, CONTRACT_EVENT_KIND_COMMAND) != 0 || event->result[0] == '\0' ||
        !is_of(command, event))
        return false;

    enum result result = result_from_name(event->result);
    bool done = result == RESULT_OK ||
                (result == RESULT_CURRENT && strcmp(command->name, CONTRACT_COMMAND_FIRMWARE) == 0);

    copy_image(command, event->image);
    if (command->state == COMMAND_CANCELLED && event->detail[0] == '\0')
        say(command, "");
    else
        snprintf(command->detail, sizeof command->detail, "%s", event->detail);
    memcpy(command->step, event->step, sizeof command->step);
    command->code = event->code;
    command->inferred = false;
    end(command, done ? COMMAND_DONE : COMMAND_FAILED, event->result, event->at_ms);
    return true;
}

// One that is to be sent again was not lost after all.
bool command_outcome_accepted(struct command *command, const struct event *event)
{
    if (strcmp(event->kind, CONTRACT_EVENT_KIND_ACCEPTED) != 0 || !is_of(command, event))
        return false;
    if (command->sent_at_ms == 0 || (command->accepted_at_ms != 0 && !command->inferred))
        return false;
    if (command->state == COMMAND_QUEUED)
        command->state = COMMAND_SENT;
    command->accepted_at_ms = event->at_ms;
    command->inferred = false;
    return true;
}

// Whether file is <stem><suffix>, with ".der" appended or instead of the suffix. (<mac>.der is the
// certificate, never the key.)
static bool is_file(const char *file, const char *stem, const char *suffix)
{
    size_t n = strlen(stem);
    size_t suffix_length = strlen(suffix);

    if (strncmp(file, stem, n) != 0)
        return false;
    if (strncmp(file + n, suffix, suffix_length) == 0)
        n += suffix_length;
    else if (file[n] == '\0' || strcmp(suffix, CONTRACT_SUFFIX_KEY) == 0)
        return false;
    return file[n] == '\0' || strcmp(file + n, CONTRACT_SUFFIX_DER) == 0;
}

static bool asks_for(const struct command *command, const char *file)
{
    if (strcmp(command->name, CONTRACT_COMMAND_FIRMWARE) == 0)
        return strcmp(file, CONTRACT_FILE_FIRMWARE) == 0;
    if (strcmp(command->name, CONTRACT_COMMAND_CONFIG) == 0)
        return strcmp(file, CONTRACT_FILE_CONFIG) == 0;
    if (strcmp(command->name, CONTRACT_COMMAND_CA) == 0)
        return is_file(file, "ca", CONTRACT_SUFFIX_CERT);
    if (strcmp(command->name, CONTRACT_COMMAND_CERT) == 0)
        return is_file(file, command->mac, CONTRACT_SUFFIX_CERT);
    if (strcmp(command->name, CONTRACT_COMMAND_KEY) == 0)
        return is_file(file, command->mac, CONTRACT_SUFFIX_KEY);
    return false;
}

// Whether an answer may tell of the command.
static bool concerns(const struct command *command, const struct command_outcome_download *download)
{
    return is_in_hand(command, download->now_ms) && asks_for(command, download->file) &&
           download->began_at_ms >= command->sent_at_ms;
}

bool command_outcome_begun(struct command *command, const struct command_outcome_download *download)
{
    if (command->state != COMMAND_SENT || command->accepted_at_ms != 0 ||
        !concerns(command, download))
        return false;
    command->accepted_at_ms = download->now_ms;
    command->inferred = true;
    return true;
}

bool command_outcome_by_download(
    struct command *command, const struct command_outcome_download *download)
{
    unsigned status = download->status;
    // 416: it goes on with a file that is another meanwhile, and will begin anew.
    bool failed = status >= 400 && status < 500 && status != 416;
    char text[160];

    if (!concerns(command, download))
        return false;
    if (status != 200 && status != 304 && !failed)
        return false;
    copy_image(command, download->image);
    if (failed) {
        snprintf(
            text, sizeof text, "the download server answered %u to %s", status, download->file);
        infer(command, text);
        end(command, COMMAND_FAILED, result_name(RESULT_HTTP_STATUS), download->now_ms);
    } else {
        infer(command, status == 200 ? "inferred: it has downloaded the whole file"
                                     : "inferred: it asked, and nothing newer is offered");
        end(command, COMMAND_DONE, result_name(status == 200 ? RESULT_OK : RESULT_CURRENT),
            download->now_ms);
    }
    return true;
}
