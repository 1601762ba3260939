// Sets of MACs.
#include "server/ctl/mac_set.h"

#include <stdlib.h>
#include <string.h>

#include "common/mac.h"

void mac_set_clear(struct mac_set *set)
{
    free(set->slots);
    *set = (struct mac_set){0};
}

// The slot of that value, or the free one where it would be.
static uint64_t *slot_of(const struct mac_set *set, uint64_t value)
{
    size_t i = (size_t)((value * UINT64_C(0x9e3779b97f4a7c15)) >> 32); // Fibonacci hashing

    while (set->slots[i % set->room] != 0 && set->slots[i % set->room] != value)
        i++;
    return &set->slots[i % set->room];
}

static int grow(struct mac_set *set)
{
    struct mac_set grown = {.room = set->room > 0 ? 2 * set->room : 64, .count = set->count};

    grown.slots = calloc(grown.room, sizeof *grown.slots);
    if (grown.slots == NULL)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < set->room; i++) {
        if (set->slots[i] != 0)
            *slot_of(&grown, set->slots[i]) = set->slots[i];
    }
    free(set->slots);
    *set = grown;
    return 0;
}

int mac_set_add(struct mac_set *set, const char *mac)
{
    uint64_t *slot;
    uint64_t value;

    if (!mac_is_valid(mac, strlen(mac)))
        return ERR_INVALID;
    value = strtoull(mac, NULL, 16) + 1;
    if (2 * (set->count + 1) > set->room && grow(set) < 0)
        return ERR_NO_MEMORY;
    slot = slot_of(set, value);
    if (*slot == value)
        return 0;
    *slot = value;
    set->count++;
    return 1;
}
