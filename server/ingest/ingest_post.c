// Changes on their way to the store.
#include "server/ingest/ingest_post.h"

#include <stdlib.h>

#include "server/base/log.h"

#define TELL_MS 60000

static void tell_no_memory(struct ingest_post *post)
{
    if (tally_add(&post->lost, 1, TELL_MS))
        log_error("ingest",
            "no memory total=%llu: what devices say is lost; look at what takes this machine's "
            "memory, and at MemoryMax of the unit",
            (unsigned long long)post->lost.total);
}

static void send(
    struct ingest_post *post, const struct store_source *source, store_job job, void *change)
{
    if (change == NULL)
        tell_no_memory(post);
    else if (store_post_from(post->store, source, job, change, free) < 0)
        meter_leave_out(post->meter, source->key, LEFT_OUT_WAITING);
}

void ingest_post_change(struct ingest_post *post, int64_t device, store_job job, void *change)
{
    send(post, &(struct store_source){.key = device}, job, change);
}

void ingest_post_firm(struct ingest_post *post, int64_t device, store_job job, void *change)
{
    send(post, &(struct store_source){.key = device, .firm = true}, job, change);
}
