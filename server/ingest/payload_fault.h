#ifndef PAYLOAD_FAULT_H
#define PAYLOAD_FAULT_H

#include <stddef.h>
#include <stdint.h>

#include "server/model/device_fault.h"

// What cannot be read of a payload, and where.
enum payload_fault_kind {
    PAYLOAD_FAULT_EMPTY,
    PAYLOAD_FAULT_NO_OBJECT, // nothing that begins with a brace
    PAYLOAD_FAULT_LEAD,      // something before the object
    PAYLOAD_FAULT_TRAIL,     // something behind it
    PAYLOAD_FAULT_CUT,       // ends before the object does
    PAYLOAD_FAULT_TOO_LONG,  // the first CONTRACT_PAYLOAD_MAX bytes are read
    PAYLOAD_FAULT_TOO_DEEP,  // a value nests deeper than 16 levels
    PAYLOAD_FAULT_NAME,      // no name of a member where one must stand
    PAYLOAD_FAULT_QUOTES,    // single quotes, or none around a name
    PAYLOAD_FAULT_COLON,     // none behind a name
    PAYLOAD_FAULT_COMMA,     // one too many, or one too few
    PAYLOAD_FAULT_VALUE,     // no value that JSON has: nan, inf, undefined
    PAYLOAD_FAULT_NUMBER,    // a number in a form that JSON does not have
    PAYLOAD_FAULT_OVERFLOW,  // a number beyond all bounds
    PAYLOAD_FAULT_BEHIND,    // something between a value and the comma
    PAYLOAD_FAULT_TWICE,     // a member occurs twice; the first counts
    PAYLOAD_FAULT_NUL,       // in a text
    PAYLOAD_FAULT_CONTROL,   // a control character in a text
    PAYLOAD_FAULT_ESCAPE,    // a backslash before what it may not stand before
    PAYLOAD_FAULT_SURROGATE, // half a character as \uXXXX
    PAYLOAD_FAULT_UTF8,      // a byte that is no UTF-8
    PAYLOAD_FAULT_TYPE,      // a member of another type than it has
    PAYLOAD_FAULT_RANGE,     // a number that the member cannot have
    PAYLOAD_FAULT_TEXT_SIZE, // a text longer than the member has room for
    PAYLOAD_FAULT_NO_KIND,   // an event that does not say what it is
    PAYLOAD_FAULT_OWN_KIND,  // an event that is not the device's to tell
    PAYLOAD_FAULT_KIND_COUNT
};

#define PAYLOAD_FAULT_MAX 8 // so many are kept of one payload; more are only counted

// Starts as {0}.
struct payload_faults {
    size_t count;
    struct {
        enum payload_fault_kind kind;
        size_t position; // in bytes, from 0; may be the payload's end
    } items[PAYLOAD_FAULT_MAX];
};

void payload_fault_add(
    struct payload_faults *faults, enum payload_fault_kind kind, size_t position);

// One line of plain ASCII: what is wrong.
const char *payload_fault_text(enum payload_fault_kind kind);

// Writes the bytes around the position, those that are not printable ASCII (and the backslash) as
// \xHH, so that they are safe anywhere.
void payload_fault_excerpt(
    const uint8_t *p, size_t n, size_t position, char out[DEVICE_FAULT_EXCERPT_SIZE]);

#endif
