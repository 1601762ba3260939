// Sorted arrays of serials and of devices.
#include "server/model/revocation_set.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 16

void revocation_set_clear(struct revocation_set *set)
{
    free(set->serials);
    free(set->devices);
    *set = (struct revocation_set){0};
}

static int compare_serials(const void *a, const void *b)
{
    const struct revocation_set_serial *one = a;
    const struct revocation_set_serial *other = b;
    int order = memcmp(one->bytes, other->bytes, sizeof one->bytes);

    return order != 0 ? order : (one->n > other->n) - (one->n < other->n);
}

static int compare_devices(const void *a, const void *b)
{
    const struct revocation_set_device *one = a;
    const struct revocation_set_device *other = b;

    return (one->key > other->key) - (one->key < other->key);
}

// Room for one item more of a size. NULL without memory.
static void *grow(void *items, size_t count, size_t *room, size_t size)
{
    size_t more = *room == 0 ? ROOM_FIRST : *room * 2;

    if (count < *room)
        return items;
    items = reallocarray(items, more, size);
    if (items != NULL)
        *room = more;
    return items;
}

static int grow_serials(struct revocation_set *set)
{
    void *items = grow(set->serials, set->serial_count, &set->serial_room, sizeof *set->serials);

    if (items == NULL)
        return ERR_NO_MEMORY;
    set->serials = items;
    return 0;
}

static int grow_devices(struct revocation_set *set)
{
    void *items = grow(set->devices, set->device_count, &set->device_room, sizeof *set->devices);

    if (items == NULL)
        return ERR_NO_MEMORY;
    set->devices = items;
    return 0;
}

// Where a serial stands, or would stand.
static size_t place_serial(
    const struct revocation_set *set, const struct revocation_set_serial *serial, bool *there)
{
    size_t low = 0;
    size_t high = set->serial_count;

    if (high > 0 && compare_serials(&set->serials[high - 1], serial) < 0)
        low = high; // what comes in order is found at once
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_serials(&set->serials[middle], serial) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *there = low < set->serial_count && compare_serials(&set->serials[low], serial) == 0;
    return low;
}

static size_t place_device(const struct revocation_set *set, uint64_t key, bool *there)
{
    size_t low = 0;
    size_t high = set->device_count;

    if (high > 0 && set->devices[high - 1].key < key)
        low = high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (set->devices[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    *there = low < set->device_count && set->devices[low].key == key;
    return low;
}

int revocation_set_add_serial(
    struct revocation_set *set, const struct revocation_set_serial *serial)
{
    bool there;
    size_t at = place_serial(set, serial, &there);

    if (there)
        return 0;
    if (grow_serials(set) < 0)
        return ERR_NO_MEMORY;

    struct revocation_set_serial *slot = set->serials + at;

    memmove(slot + 1, slot, (set->serial_count - at) * sizeof *slot);
    *slot = *serial;
    set->serial_count++;
    return 0;
}

int revocation_set_add_device(
    struct revocation_set *set, const struct revocation_set_device *device)
{
    bool there;
    size_t at = place_device(set, device->key, &there);

    if (!there && grow_devices(set) < 0)
        return ERR_NO_MEMORY;

    struct revocation_set_device *slot = set->devices + at;

    if (there) {
        if (slot->before_ms < device->before_ms)
            slot->before_ms = device->before_ms;
        return 0;
    }
    memmove(slot + 1, slot, (set->device_count - at) * sizeof *slot);
    *slot = *device;
    set->device_count++;
    return 0;
}

int revocation_set_append_serial(
    struct revocation_set *set, const struct revocation_set_serial *serial)
{
    if (grow_serials(set) < 0)
        return ERR_NO_MEMORY;

    struct revocation_set_serial *slot = set->serials + set->serial_count;

    *slot = *serial;
    if (set->serial_count > 0 && compare_serials(slot - 1, slot) >= 0)
        set->is_mixed = true;
    set->serial_count++;
    return 0;
}

int revocation_set_append_device(
    struct revocation_set *set, const struct revocation_set_device *device)
{
    if (grow_devices(set) < 0)
        return ERR_NO_MEMORY;

    struct revocation_set_device *slot = set->devices + set->device_count;

    *slot = *device;
    if (set->device_count > 0 && compare_devices(slot - 1, slot) >= 0)
        set->is_mixed = true;
    set->device_count++;
    return 0;
}

// Both leave one of those that are equal.
static void merge_serials(struct revocation_set *set)
{
    size_t kept = 0;

    for (size_t i = 0; i < set->serial_count; i++) {
        if (kept == 0 || compare_serials(&set->serials[kept - 1], &set->serials[i]) != 0)
            set->serials[kept++] = set->serials[i];
    }
    set->serial_count = kept;
}

static void merge_devices(struct revocation_set *set)
{
    struct revocation_set_device *devices = set->devices;
    size_t kept = 0;

    for (size_t i = 0; i < set->device_count; i++) {
        if (kept == 0 || devices[kept - 1].key != devices[i].key)
            devices[kept++] = devices[i];
        else if (devices[kept - 1].before_ms < devices[i].before_ms)
            devices[kept - 1].before_ms = devices[i].before_ms;
    }
    set->device_count = kept;
}

void revocation_set_order(struct revocation_set *set)
{
    if (!set->is_mixed)
        return;
    if (set->serial_count > 0)
        qsort(
            set->serials, set->serial_count, sizeof(struct revocation_set_serial), compare_serials);
    if (set->device_count > 0)
        qsort(
            set->devices, set->device_count, sizeof(struct revocation_set_device), compare_devices);
    merge_serials(set);
    merge_devices(set);
    set->is_mixed = false;
}

bool revocation_set_has_serial(
    const struct revocation_set *set, const struct revocation_set_serial *serial)
{
    bool there;

    (void)place_serial(set, serial, &there);
    return there;
}

const struct revocation_set_device *revocation_set_find_device(
    const struct revocation_set *set, uint64_t key)
{
    bool there;
    size_t at = place_device(set, key, &there);

    return there ? &set->devices[at] : NULL;
}
