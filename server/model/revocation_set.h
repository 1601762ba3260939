#ifndef REVOCATION_SET_H
#define REVOCATION_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// The entries of a revocation list, in little room and in order: a list may have a million, and the
// broker does nothing else while it reads it.

#define REVOCATION_SET_SERIAL_BYTES 20

// A serial, in the order of its hex digits; the bytes beyond n are 0.
struct revocation_set_serial {
    uint8_t bytes[REVOCATION_SET_SERIAL_BYTES];
    uint8_t n;
};

struct revocation_set_device {
    uint64_t key; // the MAC as a number
    int64_t before_ms;
};

// All zero: empty. Each kind in order, none twice, but while it is filled.
struct revocation_set {
    struct revocation_set_serial *serials;
    size_t serial_count, serial_room;
    struct revocation_set_device *devices;
    size_t device_count, device_room;
    bool is_mixed; // something was appended out of order
};

void revocation_set_clear(struct revocation_set *set);

// Add one where it belongs; of two entries of a device the one that shuts out more is left.
// ERR_NO_MEMORY.
ERR_CHECKED int revocation_set_add_serial(
    struct revocation_set *set, const struct revocation_set_serial *serial);
ERR_CHECKED int revocation_set_add_device(
    struct revocation_set *set, const struct revocation_set_device *device);

// Add one in any order, for many at a time: until revocation_set_order() nothing is found.
// ERR_NO_MEMORY.
ERR_CHECKED int revocation_set_append_serial(
    struct revocation_set *set, const struct revocation_set_serial *serial);
ERR_CHECKED int revocation_set_append_device(
    struct revocation_set *set, const struct revocation_set_device *device);
void revocation_set_order(struct revocation_set *set);

bool revocation_set_has_serial(
    const struct revocation_set *set, const struct revocation_set_serial *serial);

// The entry of a device, or NULL.
const struct revocation_set_device *revocation_set_find_device(
    const struct revocation_set *set, uint64_t key);

#endif
