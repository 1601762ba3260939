#ifndef STATUS_FOUND_H
#define STATUS_FOUND_H

#include <stddef.h>
#include <stdint.h>

#include "server/store/store.h"

// The statuses of a device, as status_found_search() has found them. Begins as {0}.
struct status_found {
    int64_t *ids;
    size_t count, capacity;
    int64_t until; // the last that was looked at
};

// Looks at the next of all statuses, in a bounded number: 1 if there are more. For readers, since
// the writer has no time for it. ERR_NO_MEMORY.
ERR_CHECKED int status_found_search(struct store_connection *connection, const char *mac,
    struct status_found *found, struct err *err);
void status_found_clear(struct status_found *found);

#endif
