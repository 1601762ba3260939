#ifndef INGEST_POST_H
#define INGEST_POST_H

#include <stdint.h>

#include "server/base/tally.h"
#include "server/ingest/meter.h"
#include "server/store/store.h"

// Where changes go that messages bring. All borrowed.
struct ingest_post {
    struct store *store;
    struct meter *meter;
    struct tally lost; // for want of memory
};

#define INGEST_POST_NO_DEVICE ((int64_t)-1)

// Posts a change on a device's behalf (mac_key.h), or nobody's; frees it afterwards. NULL, and what
// the queue has no place for (of which the store tells), is lost; if it is this device that says
// too much, that is told of it.
void ingest_post_change(struct ingest_post *post, int64_t device, store_job job, void *change);

// The same for what others wait for, as outcomes.
void ingest_post_firm(struct ingest_post *post, int64_t device, store_job job, void *change);

#endif
