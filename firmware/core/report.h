#ifndef FIRMWARE_CORE_REPORT_H
#define FIRMWARE_CORE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error_step.h"
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
    int32_t rssi_dbm;
    uint32_t free_heap_bytes;
    const uint8_t *config_hash; // 8 bytes
    const char *error;          // "" if there was none: the member is then absent
};

#define REPORT_MEMBER_SIZE 32   // of a member's name, with its NUL
#define REPORT_MEMBERS_ROOM 200 // bytes that a status has for further members, whatever the rest

// A status on its way into the caller's bytes. What is in it is for report.c, except for left_out.
struct report_members {
    char *out;
    size_t size;
    size_t used;
    size_t begin; // of the member that is being added
    bool failed;
    char left_out[REPORT_MEMBER_SIZE]; // the first member that was not added; "": none
};

// The members of an event, see common/contract.h.
struct report_event {
    const char *kind;    // CONTRACT_EVENT_KIND_*
    const char *command; // NULL: absent, as are the other two
    bool has_id;
    int64_t id;
    enum result result;
    const char *image;
    const char *detail;   // cut so that ERROR_STEP_EVENT_MAX is not exceeded
    enum error_step step; // these two are left out if they are 0
    int32_t code;
};

// Begins a status, as JSON on one line, in out, which must stay where it is until report_end().
// Texts are cut to 120 bytes, and what is not printable ASCII in them becomes '?'.
void report_begin_status(
    struct report_members *members, const struct report_status *status, char *out, size_t size);

// Add a member to a status. Its name consists of letters from a to z, digits and "_", begins with
// a letter, has 31 bytes at most and is not that of another member. What is refused or does not fit
// is left out as a whole; the rest of the status is not harmed.
void report_add_number(struct report_members *members, const char *name, int64_t value);
void report_add_text(struct report_members *members, const char *name, const char *text);

// value counts units of the last of the decimals, of which there are 9 at most: 215 with one
// decimal is 21.5.
void report_add_decimal(
    struct report_members *members, const char *name, int32_t value, unsigned decimals);

// Ends a status. Returns its length, or 0 if it does not fit.
size_t report_end(struct report_members *members);

// Writes an event likewise. Returns its length, or 0 if it does not fit.
size_t report_write_event(const struct report_event *event, char *out, size_t size);

#endif
