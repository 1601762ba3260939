#ifndef ROLLOUT_ZONE_H
#define ROLLOUT_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/rollout/rollout_zone_rule.h"

// Clocks of a place, by the files of the IANA time zone database (tzdata; TZif, RFC 8536). The C
// library knows one zone for the whole process, so they are read here.

#define ROLLOUT_ZONE_FOLDER "/usr/share/zoneinfo"
#define ROLLOUT_ZONE_FILE_MAX 65536 // bytes

struct rollout_zone_change {
    int64_t at_s; // Unix time
    int32_t offset_s;
};

struct rollout_zone {
    struct rollout_zone_change *changes; // of the offset from UTC, in order
    size_t count;
    int32_t first_s; // before them
    bool has_rule;   // after them
    struct rollout_zone_rule rule;
};

// Reads a zone by its name, as "Europe/Berlin"; "UTC" needs no file. folder: NULL for the usual
// one. The caller clears it. ERR_INVALID for what is no name, ERR_NOT_FOUND, ERR_IO.
ERR_CHECKED int rollout_zone_open(
    const char *folder, const char *name, struct rollout_zone *out, struct err *err);

// Reads a file's contents. ERR_INVALID, ERR_NO_MEMORY.
ERR_CHECKED int rollout_zone_decode(
    const uint8_t *p, size_t n, struct rollout_zone *out, struct err *err);

void rollout_zone_clear(struct rollout_zone *zone);

// How far clocks there are ahead of UTC at a time.
int32_t rollout_zone_offset(const struct rollout_zone *zone, int64_t at_s);

// Whether it is then between two minutes of the day there; the second one is outside, and may be of
// the next day. Equal: always.
bool rollout_zone_is_within(
    const struct rollout_zone *zone, int64_t from_minute, int64_t to_minute, int64_t at_ms);

#endif
