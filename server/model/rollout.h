#ifndef MODEL_ROLLOUT_H
#define MODEL_ROLLOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/image_name.h"
#include "common/mac.h"
#include "server/model/command.h"

// A rollout brings a selection of devices to an image, phase by phase.

#define ROLLOUT_NAME_SIZE 33
#define ROLLOUT_SITE_SIZE 33 // a tag, as TAG_STORE_TAG_SIZE
#define ROLLOUT_ZONE_SIZE 64
#define ROLLOUT_REASON_SIZE (COMMAND_DETAIL_SIZE + 64)
#define ROLLOUT_PHASES_MAX 16

enum rollout_state {
    ROLLOUT_RUNNING,
    ROLLOUT_SOAKING, // its phase has succeeded; it waits whether that lasts
    ROLLOUT_PAUSED,  // by an operator, or by failures
    ROLLOUT_DONE,
    ROLLOUT_ABORTED,
    ROLLOUT_STATE_COUNT
};

// Of one device.
enum rollout_stage {
    ROLLOUT_WAITING,     // for its phase, its turn, or until it is there
    ROLLOUT_DOWNLOADING, // `firmware` was ordered
    ROLLOUT_INSTALLING,  // `flash` was ordered
    ROLLOUT_UPDATED,     // it reports the image
    ROLLOUT_FAILED,
    ROLLOUT_LEFT_OUT,
    ROLLOUT_STAGE_COUNT
};

// A number of devices, or a share of them.
struct rollout_amount {
    int64_t value; // devices, or percent
    bool is_percent;
};

// What an operator asks for. 0 stands for no bound, and for now.
struct rollout_terms {
    struct rollout_amount phases[ROLLOUT_PHASES_MAX]; // how many are to have it by then
    int phase_count;
    int64_t rate;                        // devices that begin within a minute
    int64_t at_once;                     // devices that download at the same time
    int64_t site_size;                   // the same, of one site
    char site_prefix[ROLLOUT_SITE_SIZE]; // a tag that begins so names a device's site; "": none has
    int64_t start_ms;
    int64_t window_from, window_to;      // minutes of the day; equal: always
    char window_zone[ROLLOUT_ZONE_SIZE]; // by whose clocks
    int64_t success;                     // percent of a phase before the next
    int64_t soak_ms;                     // that this has to last
    struct rollout_amount failures;      // so many pause it
    int64_t timeout_ms;                  // from `firmware` or `flash` to the image's report
    bool canaries_first;
};

struct rollout {
    int64_t id;
    char name[ROLLOUT_NAME_SIZE];
    struct image_name image;
    struct rollout_terms terms;
    enum rollout_state state;
    int64_t phase;                    // from 0
    int64_t soak_at_ms;               // since when it soaks; 0: it does not
    int64_t forgiven;                 // failures that were there when it was last resumed
    bool is_gated;                    // the image is offered to nobody else
    char reason[ROLLOUT_REASON_SIZE]; // why it is paused, or ""
    int64_t created_at_ms;
    int64_t ended_at_ms; // 0: not yet
};

// One of its devices.
struct rollout_device {
    int64_t rollout;
    char mac[MAC_SIZE];
    int64_t place; // in the order in which they begin
    int64_t phase;
    char site[ROLLOUT_SITE_SIZE]; // or ""
    enum rollout_stage stage;
    int64_t command_id;           // the last one that it was given; 0: none
    int64_t tries;                // of this step
    char before[IMAGE_NAME_SIZE]; // what it ran when the step began
    int64_t began_at_ms;          // `firmware` was first ordered; 0: not yet
    int64_t ended_at_ms;
    char reason[ROLLOUT_REASON_SIZE]; // why it failed, was left out, or waits; or ""
};

// How many devices are at which stage.
struct rollout_counts {
    int64_t stages[ROLLOUT_STAGE_COUNT];
    int64_t away; // of those that wait: their phase has come, and they are not there
};

// "running", "soaking", "paused", "done", "aborted".
const char *rollout_state_name(enum rollout_state state);

// "waiting", "downloading", "installing", "updated", "failed", "left out".
const char *rollout_stage_name(enum rollout_stage stage);

// Whether nothing is expected of it any more.
bool rollout_state_is_end(enum rollout_state state);

// Whether the gate is open for a device at that stage: it has begun, and has not failed.
bool rollout_stage_is_reached(enum rollout_stage stage);

#endif
