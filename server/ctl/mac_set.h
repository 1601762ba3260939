#ifndef CTL_MAC_SET_H
#define CTL_MAC_SET_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// MACs, each once: 16 bytes for each, so that a list of many devices can tell which it has had.
// Begins as {0}.
struct mac_set {
    uint64_t *slots; // a MAC as a number, + 1; 0: free
    size_t room;     // a power of 2
    size_t count;
};

void mac_set_clear(struct mac_set *set);

// 1 if it is new, 0 if it was there. ERR_INVALID if it is none, ERR_NO_MEMORY.
ERR_CHECKED int mac_set_add(struct mac_set *set, const char *mac);

#endif
