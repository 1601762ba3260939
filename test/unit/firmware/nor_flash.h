#ifndef TEST_UNIT_FIRMWARE_NOR_FLASH_H
#define TEST_UNIT_FIRMWARE_NOR_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "firmware/port/port.h"

// NOR flash in memory, of which the power can be cut at each operation, and of which one operation
// can fail with the power on. Erasing sets bits, writing clears them, and what is done half-way
// leaves bits that nobody can tell.

#define NOR_NO_CUT (-1)

enum nor_cut { NOR_CUT_HALFWAY, NOR_CUT_BEFORE, NOR_CUT_AFTER, NOR_CUTS };

enum nor_extent { NOR_NOTHING, NOR_HALF, NOR_WHOLE };

struct nor_power {
    int ops_left; // writes and erasures until the power is cut, or NOR_NO_CUT
    enum nor_cut cut;
    bool is_off;
    int fails_in;          // writes and erasures until one that fails, or NOR_NO_CUT
    enum nor_extent fault; // how much of it is done
    bool has_failed;       // the last operation
    unsigned ops;          // so far
    uint32_t random;       // xorshift's state, any number but 0
};

static inline void nor_power_on(struct nor_power *power)
{
    power->ops_left = NOR_NO_CUT;
    power->fails_in = NOR_NO_CUT;
    power->is_off = false;
    if (power->random == 0)
        power->random = 2463534242u;
}

// How much of the next operation is done.
static inline enum nor_extent nor_power_spend(struct nor_power *power)
{
    static const enum nor_extent extents[NOR_CUTS] = {
        [NOR_CUT_HALFWAY] = NOR_HALF,
        [NOR_CUT_BEFORE] = NOR_NOTHING,
        [NOR_CUT_AFTER] = NOR_WHOLE,
    };

    power->ops++;
    power->has_failed = true;
    if (power->is_off)
        return NOR_NOTHING;
    if (power->fails_in != NOR_NO_CUT && power->fails_in-- == 0)
        return power->fault;
    power->has_failed = false;
    if (power->ops_left == NOR_NO_CUT || power->ops_left-- > 0)
        return NOR_WHOLE;
    power->is_off = true;
    power->has_failed = true;
    return extents[power->cut];
}

static inline uint8_t nor_random(struct nor_power *power)
{
    power->random ^= power->random << 13;
    power->random ^= power->random >> 17;
    power->random ^= power->random << 5;
    return (uint8_t)power->random;
}

static inline size_t nor_random_below(struct nor_power *power, size_t n)
{
    size_t random = nor_random(power);

    random = random << 8 | nor_random(power);
    return n == 0 ? 0 : random % n;
}

// What an erasure leaves that is cut half-way: any bits from somewhere on, or up to there.
static inline void nor_tear_sector(struct nor_power *power, uint8_t *sector, size_t n)
{
    size_t at = nor_random_below(power, n);
    bool is_tail = (nor_random(power) & 1) != 0;

    for (size_t i = is_tail ? at : 0; i < (is_tail ? n : at); i++)
        sector[i] |= nor_random(power);
}

// Erase a sector and write: 0, or PORT_FAILED if it failed or the power is off afterwards.
static inline int nor_erase(struct nor_power *power, uint8_t *sector, size_t n)
{
    enum nor_extent extent = nor_power_spend(power);

    if (extent == NOR_WHOLE)
        memset(sector, 0xff, n);
    else if (extent == NOR_HALF)
        nor_tear_sector(power, sector, n);
    return power->has_failed ? PORT_FAILED : 0;
}

static inline int nor_write(struct nor_power *power, uint8_t *to, const uint8_t *p, size_t n)
{
    enum nor_extent extent = nor_power_spend(power);
    size_t whole = extent == NOR_WHOLE ? n : extent == NOR_HALF ? nor_random_below(power, n) : 0;

    for (size_t i = 0; i < whole; i++)
        to[i] &= p[i];
    if (extent == NOR_HALF && n > 0)
        to[whole] &= (uint8_t)(p[whole] | nor_random(power)); // torn within a byte
    return power->has_failed ? PORT_FAILED : 0;
}

#endif
