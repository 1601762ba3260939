#ifndef FIRMWARE_CORE_REPORT_H
#define FIRMWARE_CORE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/result.h"

#define REPORT_SIZE 768 // any status or event with its NUL

// The members of a status, see the wire contract. Times are 32 bit counters that wrap.
struct report_status {
    uint32_t uptime_ms;
    uint32_t max_loop_ms;
    uint32_t mqtt_ms;
    const char *name;
    const char *image;
    const char *build;
    const char *ip;
    int rssi_dbm;
    uint32_t free_heap_bytes;
    const char *error; // "" if there was none: the member is then absent
};

// The members of an event, see common/contract.h.
struct report_event {
    const char *kind;    // CONTRACT_EVENT_KIND_*
    const char *command; // NULL: absent, as are the other two
    bool has_id;
    int64_t id;
    enum result result;
    const char *image;
    const char *detail;
};

// Write JSON, on one line, to out. Texts are cut to 120 bytes, and what is not printable ASCII in
// them becomes '?'. Return the length, or 0 if it does not fit.
size_t report_write_status(const struct report_status *status, char *out, size_t size);
size_t report_write_event(const struct report_event *event, char *out, size_t size);

#endif
