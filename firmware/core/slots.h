#ifndef FIRMWARE_CORE_SLOTS_H
#define FIRMWARE_CORE_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/image_name.h"
#include "firmware/core/failure.h"
#include "firmware/port/port.h"

#define SLOTS_BOOTS_MAX 3  // starts that a trial may take before it has failed
#define SLOTS_FILE "slots" // the record, among the device's files
#define SLOTS_RECORD_SIZE (34 + FAILURE_DETAIL_SIZE + PORT_SLOTS * (9 + IMAGE_NAME_SIZE))

enum slots_state {
    SLOTS_EMPTY,
    SLOTS_READY,     // downloaded and verified, not yet run
    SLOTS_INSTALLED, // has run and may run again
    SLOTS_REJECTED,  // failed its trial
    SLOTS_STATES
};

// Whether the active image, or the set of staged files, is on trial, and how that ended. An end
// stays recorded until it has been made an event that survives a power cut.
enum slots_trial {
    SLOTS_TRIAL_NONE,
    SLOTS_TRIAL_RUNNING,
    SLOTS_TRIAL_PASSED,
    SLOTS_TRIAL_FAILED,
    SLOTS_TRIAL_SKIPPED, // none: the image in the idle slot was found damaged when it was to start
    SLOTS_TRIALS
};

struct slots_image {
    enum slots_state state;
    uint32_t size_bytes;        // of the signed image
    uint32_t descriptor_offset; // where its descriptor stands
    char name[IMAGE_NAME_SIZE];
};

// What the device must remember over a restart about its two slots and its staged files.
struct slots {
    uint8_t active; // the slot that runs, or is to run next
    enum slots_trial trial;
    uint8_t trial_boots;
    uint8_t has_id; // 0 or 1, as the other two: of the flash command that began the trial
    int64_t id;
    uint8_t owes_wifi; // the outcome of the wifi command that has staged networks
    uint8_t wifi_has_id;
    int64_t wifi_id;
    enum slots_trial staged_trial;
    uint8_t staged_boots;
    uint8_t staged_mask;              // the staged files concerned, bit 1 << enum staging_file
    uint32_t proven_identity;         // CRC-32 of the files with which it last reported; 0: none
    char reason[FAILURE_DETAIL_SIZE]; // why a trial failed or an image was skipped
    struct slots_image images[PORT_SLOTS];
};

// The record as bytes: fixed layout, little-endian. decode returns false, and leaves *out
// untouched, unless each field is one that encode writes.
void slots_encode(const struct slots *slots, uint8_t out[SLOTS_RECORD_SIZE]);
bool slots_decode(const uint8_t in[SLOTS_RECORD_SIZE], struct slots *out);

// Reads the record. Without a good one it is that of a new device: slot 0 active and holding the
// factory image. Fails if there is none either.
int slots_load(struct slots *slots, struct port *port, struct failure *failure);

// Writes the record.
int slots_store(const struct slots *slots, struct port *port, struct failure *failure);

// The decision at each start, once: reads the record and counts the start. slots->active is then
// the slot to run.
int slots_start(struct slots *slots, struct port *port, struct failure *failure);

// The slot that does not run.
unsigned slots_idle(const struct slots *slots);

// A wifi command has networks to be staged, whose trial says its outcome; that has been said. The
// caller stores.
void slots_owe_wifi(struct slots *slots, bool has_id, int64_t id);
void slots_forget_wifi(struct slots *slots);

// Makes the idle slot's image the one to run, on trial; the caller stores.
void slots_begin_trial(struct slots *slots, bool has_id, int64_t id);

// Goes back to the other slot and remembers why; the caller stores.
void slots_fail_trial(struct slots *slots, const char *reason);

// The active image is damaged: goes to the other slot if that one has run before, and remembers
// why. True if so; the caller stores.
bool slots_skip(struct slots *slots, const char *reason);

// As slots_skip(), but goes to the other slot whatever state its image is in, for a boot loader
// that starts nothing else; the caller stores.
void slots_leave(struct slots *slots, const char *reason);

// Counts a start. True if the record changed and must be stored: a trial counts it, and fails when
// it was one too many. last_reset is why the run before ended, "" if for no reason worth a word.
bool slots_count_boot(struct slots *slots, const char *last_reset);

#endif
