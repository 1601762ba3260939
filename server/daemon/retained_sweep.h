#ifndef RETAINED_SWEEP_H
#define RETAINED_SWEEP_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/pace.h"
#include "server/revocation/revocation.h"
#include "server/store/retained_store.h"
#include "server/store/store.h"

#define RETAINED_SWEEP_ROUND 100 // devices at a time
#define RETAINED_SWEEP_WAIT_MS 60000
#define RETAINED_SWEEP_REST_MAX_MS 3600000

// Takes away what devices that were revoked, or forgotten, have left at the broker: by empty
// retained messages on their topics, whose echo says that it is done. Only while the broker goes by
// the list that shuts them out: until then they can leave more.
struct retained_sweep {
    struct store *store;
    struct revocation *revocation;
    int (*clear)(const char *topic, void *ctx); // mqtt_client_retain() of nothing
    void *ctx;

    pthread_mutex_t lock; // over these:
    struct retained_sweep_device {
        struct retained wish;
        bool is_done;
    } devices[RETAINED_SWEEP_ROUND]; // of the round under way
    size_t count;
    char last[MAC_SIZE]; // of the round before; "": none
    bool is_void;        // its connection is gone
    int64_t until_ms;    // monotonic
    int64_t next_ms;     // no other round before
    int64_t rest_ms;     // after one that came to nothing
    struct pace pace;    // of the line that tells
};

// With the members above filled in.
void retained_sweep_init(struct retained_sweep *sweep);
void retained_sweep_clear(struct retained_sweep *sweep);

// Once a second, on one thread: ends a round, begins another.
void retained_sweep_tick(struct retained_sweep *sweep, int64_t now_ms);

// The connection to the broker came: what came to nothing before may go well now. Any thread.
void retained_sweep_note_connected(struct retained_sweep *sweep);

// Whether an empty message is the echo of one of ours, and so nobody's sign of life. Any thread.
bool retained_sweep_hear(struct retained_sweep *sweep, const char *topic);

#endif
