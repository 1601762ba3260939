#ifndef PAYLOAD_H
#define PAYLOAD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// Reads a payload: at most CONTRACT_PAYLOAD_MAX bytes, one JSON object (RFC 8259) in UTF-8 without
// duplicate members or NULs, at most 16 levels deep. The caller releases *out with json_decref().
// ERR_INVALID with a short reason in *reason (static; it holds nothing of the payload).
ERR_CHECKED int payload_parse(const uint8_t *p, size_t n, json_t **out, const char **reason);

// The member as an integer within the bounds; false, and *out untouched, if it is absent, no
// number, no whole number or out of bounds. Bounds within +-2^53.
bool payload_get_integer(
    const json_t *object, const char *member, int64_t min, int64_t max, int64_t *out);

// The member as a text that fits; "" if it is absent, no string or too long.
void payload_get_text(const json_t *object, const char *member, char *out, size_t size);

// The same, but a text too long is cut at a character.
void payload_get_text_cut(const json_t *object, const char *member, char *out, size_t size);

#endif
