#ifndef METER_H
#define METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/model/left_out.h"

// What each device costs, and what is left out of what it says because that is too much: a bound
// for each kind of thing that a device may fill a disk or a thread with. In memory, some 100 bytes
// for each device; each call takes one step. Any thread.
struct meter;

enum meter_kind {
    METER_WORK,     // messages, each as one for every 512 bytes of it
    METER_STATUSES, // rows of history
    METER_FAULTS,   // details of what cannot be read
    // Events by class (model/event.h):
    METER_EVENTS,  // errors, and whatever else it says
    METER_STARTS,  // that it has started, and how a trial ended
    METER_NOTICES, // what the daemon notices of it
    METER_KIND_COUNT
};

struct meter *meter_new(void); // NULL without memory
void meter_free(struct meter *meter);

// So many statuses of a device are kept in the long run; 30 at the start.
void meter_set_statuses_per_minute(struct meter *meter, int64_t statuses);

// While the disk has little room nothing is kept.
void meter_set_low_disk(struct meter *meter, bool low);

// A device that the database knows. ERR_NO_MEMORY.
ERR_CHECKED int meter_know(struct meter *meter, int64_t key);

enum meter_verdict {
    METER_ADMITTED,
    METER_TOO_MUCH, // of that device; it is counted as left out
    METER_STRANGER, // too many devices are new
};

// Whether a message of n bytes (with its topic) is to be looked at. now_ms: monotonic, here and
// below.
enum meter_verdict meter_admit(struct meter *meter, int64_t key, size_t n, int64_t now_ms);

// Whether one more of that kind is kept; else it is counted as left out. Of a device that was never
// admitted: it is.
bool meter_keep(struct meter *meter, int64_t key, enum meter_kind kind, int64_t now_ms);

// Whether so many of that kind were kept that it is time to delete the oldest: of the first, and of
// each 64th from then on.
bool meter_trims(struct meter *meter, int64_t key, enum meter_kind kind);

// Counts one as left out.
void meter_leave_out(struct meter *meter, int64_t key, enum left_out_reason reason);

// Calls each() with what was left out since it was told last (times as clock_unstepped_ms()): of a
// device at once for the first time, then each 10 s. What each() returns false for is told again.
// Of at most `max` devices. No lock is held then: each() may take its time.
void meter_tell(struct meter *meter, size_t max,
    bool (*each)(const struct left_out *out, void *ctx), void *ctx);

struct meter_counters {
    uint64_t devices;                         // known
    uint64_t left_out[LEFT_OUT_REASON_COUNT]; // in all
    uint64_t strangers;                       // messages of devices for which there was no place
    uint64_t low_disk;                        // not kept, as the disk has little room
};
void meter_read_counters(struct meter *meter, struct meter_counters *out);

#endif
