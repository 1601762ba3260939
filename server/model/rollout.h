#ifndef MODEL_ROLLOUT_H
#define MODEL_ROLLOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/image_name.h"
#include "common/mac.h"
#include "server/model/command.h"

// A rollout brings devices to an image, or to another configuration, phase by phase.

#define ROLLOUT_NAME_SIZE 33
#define ROLLOUT_SITE_SIZE 33 // a tag, as TAG_STORE_TAG_SIZE
#define ROLLOUT_ZONE_SIZE 64
#define ROLLOUT_REASON_SIZE (COMMAND_DETAIL_SIZE + 64)
#define ROLLOUT_PHASES_MAX 16
#define ROLLOUT_SCOPE_SIZE 33   // of a group's name, as SETTINGS_STORE_NAME_SIZE
#define ROLLOUT_PATCH_SIZE 2049 // as SETTINGS_STORE_PATCH_SIZE
#define ROLLOUT_BY_SIZE 46      // as SETTINGS_STORE_BY_SIZE

enum rollout_kind {
    ROLLOUT_IMAGE,  // of an image
    ROLLOUT_CONFIG, // of a change of config.json
    ROLLOUT_KIND_COUNT
};

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
    ROLLOUT_DOWNLOADING, // `firmware` was ordered; of a configuration `config`
    ROLLOUT_INSTALLING,  // `flash` was ordered; of a configuration `reboot`
    ROLLOUT_UPDATED,     // it reports the image, or runs the configuration
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
    int64_t timeout_ms;                  // from an order to what it is to lead to
    bool canaries_first;
};

// What is to be merged into a layer of settings once the rollout is done; until then it counts for
// devices that it has reached (rollout_stage_is_reached). All empty: it is of an image.
struct rollout_patch {
    int scope;                     // enum settings_scope: the fleet, or a group
    char name[ROLLOUT_SCOPE_SIZE]; // of the group, or ""
    char text[ROLLOUT_PATCH_SIZE]; // JSON merge patch
    char by[ROLLOUT_BY_SIZE];      // who began it
};

struct rollout {
    int64_t id;
    char name[ROLLOUT_NAME_SIZE];
    enum rollout_kind kind;
    struct image_name image; // of an image; else all ""
    struct rollout_patch patch;
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
    char before[IMAGE_NAME_SIZE]; // what it ran when the step began; a config.json by its hash
    int64_t began_at_ms;          // its first command was ordered; 0: not yet
    int64_t ended_at_ms;
    char reason[ROLLOUT_REASON_SIZE]; // why it failed, was left out, or waits; or ""
};

// How many devices are at which stage.
struct rollout_counts {
    int64_t stages[ROLLOUT_STAGE_COUNT];
    int64_t away; // of those that wait: their phase has come, and they are not there
};

// "image", "config".
const char *rollout_kind_name(enum rollout_kind kind);

// "running", "soaking", "paused", "done", "aborted".
const char *rollout_state_name(enum rollout_state state);

// "waiting", "downloading", "installing", "updated", "failed", "left out".
const char *rollout_stage_name(enum rollout_stage stage);

// Whether nothing is expected of it any more.
bool rollout_state_is_end(enum rollout_state state);

// Whether the gate is open for a device at that stage, or its patch counts for it: it has begun,
// and has not failed.
bool rollout_stage_is_reached(enum rollout_stage stage);

#endif
