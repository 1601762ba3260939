#ifndef COMMAND_OUTCOME_H
#define COMMAND_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "server/model/command.h"
#include "server/model/device_record.h"
#include "server/model/event.h"

// Decides from what a device did whether one of its commands has ended. Each returns whether it
// has, and only then changes *command (state, result, image, step, code, detail, inferred,
// ended_at_ms). One that was cancelled after it was sent may end like one that was not.

// A restart, of a device that sends no events: ends `reboot` and `flash` if it began after the
// command was sent (give or take 1 % of the uptime). image_before is what the device ran before.
struct command_outcome_restart {
    int64_t boot_ms;
    int64_t now_ms;
    const char *image_before;
    const struct device_status *status;
};
bool command_outcome_by_restart(
    struct command *command, const struct command_outcome_restart *restart);

// An event of kind "command": ends the command of that id if it is that device's.
bool command_outcome_by_event(struct command *command, const struct event *event);

// Whether an event of kind "accepted" says that the device has taken the command, and this was not
// known; only then changes *command (accepted_at_ms, inferred, and back to COMMAND_SENT). An
// outcome may overtake it: then it says nothing more.
bool command_outcome_accepted(struct command *command, const struct event *event);

// An answer of the download server, for a device that sends no events: 200 (the whole file has
// arrived), 304 and 4xx end the command that asks for such a file, unless the device asked before
// that was sent.
struct command_outcome_download {
    const char *file;
    unsigned status; // of HTTP
    const char *image;
    int64_t now_ms;
    int64_t began_at_ms; // it asked
};
bool command_outcome_by_download(
    struct command *command, const struct command_outcome_download *download);

// Whether the same, of a file of which only a part has arrived, shows that such a device has taken
// the command: likewise.
bool command_outcome_begun(
    struct command *command, const struct command_outcome_download *download);

#endif
