// Reads the files of the time zone database.
#include "server/rollout/rollout_zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/file.h"
#include "server/model/rollout.h"

#define HEADER_SIZE 44

// What a header counts (RFC 8536, 3.1).
struct header {
    uint32_t utc, standard, leaps, times, types, letters;
};

static uint32_t read_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t read_i64(const uint8_t *p)
{
    return (int64_t)((uint64_t)read_u32(p) << 32 | read_u32(p + 4));
}

static bool read_header(const uint8_t *p, size_t n, struct header *out)
{
    if (n < HEADER_SIZE || memcmp(p, "TZif", 4) != 0)
        return false;
    *out = (struct header){read_u32(p + 20), read_u32(p + 24), read_u32(p + 28), read_u32(p + 32),
        read_u32(p + 36), read_u32(p + 40)};
    return out->utc <= ROLLOUT_ZONE_FILE_MAX && out->standard <= ROLLOUT_ZONE_FILE_MAX &&
           out->leaps <= ROLLOUT_ZONE_FILE_MAX && out->times <= ROLLOUT_ZONE_FILE_MAX &&
           out->types > 0 && out->types <= 256 && out->letters <= ROLLOUT_ZONE_FILE_MAX;
}

// Bytes behind a header, whose times have so many bytes.
static size_t block_size(const struct header *header, size_t time_size)
{
    return header->times * (time_size + 1) + header->types * (size_t)6 + header->letters +
           header->leaps * (time_size + 4) + header->standard + header->utc;
}

static int32_t offset_at(const uint8_t *types, size_t i)
{
    return (int32_t)read_u32(types + i * 6);
}

static bool is_sane(int32_t offset_s)
{
    return offset_s > -26 * 3600 && offset_s < 26 * 3600;
}

// p: the second block, of 8 bytes a time.
static bool read_block(const uint8_t *p, const struct header *header, struct rollout_zone *out)
{
    const uint8_t *index = p + header->times * (size_t)8;
    const uint8_t *types = index + header->times;

    for (size_t i = 0; i < header->types; i++) {
        if (!is_sane(offset_at(types, i)))
            return false;
    }
    out->first_s = offset_at(types, 0);
    for (size_t i = 0; i < header->times; i++) {
        struct rollout_zone_change *change = &out->changes[out->count];

        if (index[i] >= header->types)
            return false;
        change->at_s = read_i64(p + i * 8);
        change->offset_s = offset_at(types, index[i]);
        if (i > 0 && change->at_s <= out->changes[i - 1].at_s)
            return false;
        out->count++;
    }
    return true;
}

// The footer: a line of its own behind the second block.
static bool read_footer(const uint8_t *p, size_t n, struct rollout_zone *out)
{
    const uint8_t *end = n > 1 && p[0] == '\n' ? memchr(p + 1, '\n', n - 1) : NULL;

    if (end == NULL)
        return false;
    out->has_rule = end > p + 1;
    return !out->has_rule ||
           rollout_zone_rule_parse((const char *)p + 1, (size_t)(end - p) - 1, &out->rule);
}

static bool decode(const uint8_t *p, size_t n, struct rollout_zone *out)
{
    struct header first;
    struct header second;

    if (!read_header(p, n, &first) || p[4] < '2' || block_size(&first, 4) > n - HEADER_SIZE)
        return false;
    p += HEADER_SIZE + block_size(&first, 4);
    n -= HEADER_SIZE + block_size(&first, 4);
    if (!read_header(p, n, &second) || block_size(&second, 8) > n - HEADER_SIZE)
        return false;
    out->changes = calloc(second.times + (size_t)1, sizeof *out->changes);
    if (out->changes == NULL)
        return false;
    p += HEADER_SIZE;
    n -= HEADER_SIZE + block_size(&second, 8);
    return read_block(p, &second, out) && read_footer(p + block_size(&second, 8), n, out);
}

int rollout_zone_decode(const uint8_t *p, size_t n, struct rollout_zone *out, struct err *err)
{
    memset(out, 0, sizeof *out);
    if (decode(p, n, out))
        return 0;
    rollout_zone_clear(out);
    return err_set(err, ERR_INVALID, "no file of the time zone database");
}

// Letters and digits in parts that begin with one: nothing that leads out of the folder.
static bool is_name(const char *name)
{
    size_t n = strlen(name);

    if (n == 0 || n >= ROLLOUT_ZONE_SIZE || strstr(name, "//") != NULL || name[n - 1] == '/')
        return false;
    return name[0] >= 'A' && name[0] <= 'Z' &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-") == n;
}

int rollout_zone_open(
    const char *folder, const char *name, struct rollout_zone *out, struct err *err)
{
    char path[512];
    uint8_t *bytes;
    size_t n;
    int rc;

    memset(out, 0, sizeof *out);
    if (strcmp(name, "UTC") == 0)
        return 0;
    if (!is_name(name))
        return err_set(
            err, ERR_INVALID, "\"%.40s\" is no time zone's name, as Europe/Berlin or UTC", name);
    snprintf(path, sizeof path, "%s/%s", folder != NULL ? folder : ROLLOUT_ZONE_FOLDER, name);
    rc = file_read(path, ROLLOUT_ZONE_FILE_MAX, &bytes, &n, err);
    if (rc == ERR_NOT_FOUND || rc == ERR_INVALID) // a folder, as Europe
        return err_set(err, rc, "there is no time zone %s in %s", name,
            folder != NULL ? folder : ROLLOUT_ZONE_FOLDER);
    if (rc < 0)
        return rc;
    rc = rollout_zone_decode(bytes, n, out, err);
    free(bytes);
    return rc < 0 ? err_context(err, "%s", path) : 0;
}

void rollout_zone_clear(struct rollout_zone *zone)
{
    free(zone->changes);
    memset(zone, 0, sizeof *zone);
}

int32_t rollout_zone_offset(const struct rollout_zone *zone, int64_t at_s)
{
    size_t low = 0; // so many changes are not after it
    size_t high = zone->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (zone->changes[middle].at_s <= at_s)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->count && zone->has_rule)
        return rollout_zone_rule_offset(&zone->rule, at_s);
    return low > 0 ? zone->changes[low - 1].offset_s : zone->first_s;
}

bool rollout_zone_is_within(
    const struct rollout_zone *zone, int64_t from_minute, int64_t to_minute, int64_t at_ms)
{
    int64_t at_s = at_ms / 1000;
    int64_t local_s = at_s + rollout_zone_offset(zone, at_s);
    int64_t minute = (local_s % 86400 + 86400) % 86400 / 60;

    if (from_minute == to_minute)
        return true;
    return from_minute < to_minute ? minute >= from_minute && minute < to_minute
                                   : minute >= from_minute || minute < to_minute;
}
