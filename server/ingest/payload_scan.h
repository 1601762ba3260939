#ifndef PAYLOAD_SCAN_H
#define PAYLOAD_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/ingest/payload_fault.h"

enum payload_scan_type {
    PAYLOAD_SCAN_TEXT,
    PAYLOAD_SCAN_NUMBER,
    PAYLOAD_SCAN_LITERAL, // true, false, null
    PAYLOAD_SCAN_NESTED,  // an object or array
};

// A member of the payload's object. Borrowed for the call.
struct payload_scan_member {
    const char *name; // UTF-8, as is text
    enum payload_scan_type type;
    const char *text;   // of a text, else NULL
    bool cut;           // a text: only its beginning, as far as can be told
    double number;      // of a number
    size_t position;    // of the value, in bytes from the payload's start
    const uint8_t *raw; // the value's bytes
    size_t raw_length;
    bool exact; // they are JSON as they stand; of one that is cut nothing is said
};

// Reads a payload from a device member by member, whatever it is: calls each() for every member
// that can be read, once for each name, and notes in *faults all that cannot. Of good JSON (RFC
// 8259: one object in UTF-8, at most CONTRACT_PAYLOAD_MAX bytes and 16 levels, no member twice, no
// NUL, no number beyond a double) that is every member and no fault; of anything else there is at
// least one. Pure; works on the stack, in time bounded by the first CONTRACT_PAYLOAD_MAX bytes.
void payload_scan(const uint8_t *p, size_t n,
    void (*each)(const struct payload_scan_member *member, void *ctx), void *ctx,
    struct payload_faults *faults);

#endif
