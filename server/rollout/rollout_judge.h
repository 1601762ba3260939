#ifndef ROLLOUT_JUDGE_H
#define ROLLOUT_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/model/device_record.h"
#include "server/model/rollout.h"

// What is next for one device of a rollout, and for the rollout; pure.

#define ROLLOUT_JUDGE_TRIES 5         // of a command that had no outcome, or met no server
#define ROLLOUT_JUDGE_UNSENT_MS 60000 // a command that could not be sent for so long is taken back

// How what a device runs stands to the image, or its config.json to the one that it is to get.
enum rollout_place {
    ROLLOUT_PLACE_BELOW,   // it is to go on
    ROLLOUT_PLACE_THERE,   // it runs the image, or a later one; or that config.json
    ROLLOUT_PLACE_FOREIGN, // an image of another board, or it does not say which
    ROLLOUT_PLACE_NO_WAY,  // by keys, layout or chain, or by settings; `why_no_way` tells
};

struct rollout_facts {
    const struct rollout_device *device;
    int64_t timeout_ms;
    int64_t now_ms;
    bool is_config; // of a config.json, which `config` and `reboot` bring; else of an image
    bool is_paused; // nothing is ordered, and what was not sent is taken back
    bool is_over;   // the same, for good

    bool is_known; // the device is there; else only the next two count
    bool is_revoked;
    const char *replaced_by; // MAC, or NULL
    bool is_held;
    const char *pin; // that keeps it from the image, or NULL
    bool is_online;
    int64_t heard_at_ms; // when it last reported
    bool is_busy;        // a command waits for it, or is in its hands
    const char *running; // an image; or the hash of a config.json, "" of one that waits
    enum rollout_place place;
    const char *why_no_way; // or NULL
    bool is_inferred;       // what it runs, from what it has downloaded
    bool is_off_channel;    // it follows stable, and the image is published to beta alone

    const struct command *command; // the last that it was given; NULL: none, or it is gone

    const char *unwell; // what rollout_health.h found against it since its update, or NULL
};

enum rollout_action {
    ROLLOUT_STAY,
    ROLLOUT_ORDER_FIRMWARE, // or `config`; if the bounds allow it, of one that waits
    ROLLOUT_ORDER_FLASH,    // or `reboot`
    ROLLOUT_TAKE_BACK,      // the command that was not sent: it waits again
    ROLLOUT_SETTLE,         // at the stage below, for the reason
};

struct rollout_decision {
    enum rollout_action action;
    enum rollout_stage stage;         // of ROLLOUT_SETTLE
    char reason[ROLLOUT_REASON_SIZE]; // or ""
};

void rollout_judge_device(const struct rollout_facts *facts, struct rollout_decision *out);

// What is known of a rollout's phases.
struct rollout_tally {
    int64_t reached; // devices whose phase has come, but for those left out
    int64_t failed;  // of these
    // Of the present phase:
    int64_t counted; // but for those left out or away
    int64_t updated;
    int64_t away; // wait, and are not there
    // Of all phases:
    int64_t unsettled; // wait, or are under way
    int64_t arrived;   // are updated
    // Of the present phase again:
    int64_t failed_here;
};

enum rollout_turn {
    ROLLOUT_TURN_NONE,
    ROLLOUT_TURN_PAUSE, // failures
    ROLLOUT_TURN_EMPTY, // it would be done, and the image for all, though no device has it
    ROLLOUT_TURN_SOAK,  // the phase has succeeded
    ROLLOUT_TURN_PHASE, // the next one
    ROLLOUT_TURN_DONE,
};

// Of one that runs or soaks.
enum rollout_turn rollout_judge_turn(
    const struct rollout *rollout, const struct rollout_tally *tally, int64_t now_ms);

#endif
