// What cannot be read of payloads.
#include "server/ingest/payload_fault.h"

#include <stdbool.h>
#include <stdio.h>

#define BEFORE 16 // bytes of an excerpt before the position
#define BEHIND 24

_Static_assert(DEVICE_FAULT_EXCERPT_SIZE > 4 * (BEFORE + BEHIND), "an excerpt always fits");

static const char *const texts[PAYLOAD_FAULT_KIND_COUNT] = {
    [PAYLOAD_FAULT_EMPTY] = "empty",
    [PAYLOAD_FAULT_NO_OBJECT] = "not a JSON object",
    [PAYLOAD_FAULT_LEAD] = "something before the JSON object",
    [PAYLOAD_FAULT_TRAIL] = "something after the JSON object",
    [PAYLOAD_FAULT_CUT] = "cut off",
    [PAYLOAD_FAULT_TOO_LONG] = "longer than 4096 bytes, and the rest is not read",
    [PAYLOAD_FAULT_TOO_DEEP] = "nested too deep",
    [PAYLOAD_FAULT_NAME] = "not the name of a member",
    [PAYLOAD_FAULT_QUOTES] = "no double quotes",
    [PAYLOAD_FAULT_COLON] = "no colon after a name",
    [PAYLOAD_FAULT_COMMA] = "a comma too many or too few",
    [PAYLOAD_FAULT_VALUE] = "no JSON value",
    [PAYLOAD_FAULT_NUMBER] = "a number in a form that JSON does not have",
    [PAYLOAD_FAULT_OVERFLOW] = "a number out of range",
    [PAYLOAD_FAULT_BEHIND] = "something after a value",
    [PAYLOAD_FAULT_TWICE] = "a member occurs twice",
    [PAYLOAD_FAULT_NUL] = "a NUL in a text",
    [PAYLOAD_FAULT_CONTROL] = "a control character in a text",
    [PAYLOAD_FAULT_ESCAPE] = "an escape that JSON does not have",
    [PAYLOAD_FAULT_SURROGATE] = "half a character",
    [PAYLOAD_FAULT_UTF8] = "invalid UTF-8",
    [PAYLOAD_FAULT_TYPE] = "a value of another type than the member has",
    [PAYLOAD_FAULT_RANGE] = "a number that the member cannot have",
    [PAYLOAD_FAULT_TEXT_SIZE] = "a text that is too long",
    [PAYLOAD_FAULT_NO_KIND] = "not a kind of event",
    [PAYLOAD_FAULT_OWN_KIND] = "a kind of event that a device does not report",
};

void payload_fault_add(struct payload_faults *faults, enum payload_fault_kind kind, size_t position)
{
    if (faults->count < PAYLOAD_FAULT_MAX) {
        faults->items[faults->count].kind = kind;
        faults->items[faults->count].position = position;
    }
    faults->count++;
}

const char *payload_fault_text(enum payload_fault_kind kind)
{
    return texts[kind];
}

void payload_fault_excerpt(
    const uint8_t *p, size_t n, size_t position, char out[DEVICE_FAULT_EXCERPT_SIZE])
{
    size_t first = position > BEFORE ? position - BEFORE : 0;
    size_t end = n - position > BEHIND ? position + BEHIND : n;

    for (size_t i = first; i < end; i++) {
        bool plain = p[i] >= ' ' && p[i] <= '~' && p[i] != '\\';

        out += sprintf(out, plain ? "%c" : "\\x%02x", p[i]);
    }
    *out = '\0';
}
