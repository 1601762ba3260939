// What each device costs, and what is left out of it.
#include "server/ingest/meter.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/ingest/meter_table.h"
#include "server/store/mac_key.h"

#define SECOND_MS 1000
#define MINUTE_MS 60000
#define DAY_MS 86400000
#define WORK_BYTES 512
#define TELL_MS 10000
#define TRIM_EVERY 64
#define STATUSES_BURST 600 // a minute of a device that reports ten times a second

// A device that reports each second, and one that has much to say after the daemon was away, are
// far within these. One event is less than a kilobyte.
static const struct rate bounds[METER_KIND_COUNT] = {
    [METER_WORK] = {500, SECOND_MS, 10000},
    [METER_STATUSES] = {30, MINUTE_MS, STATUSES_BURST},
    [METER_FAULTS] = {10, MINUTE_MS, 1000},
    [METER_EVENTS] = {500, DAY_MS, 2000},
    [METER_STARTS] = {500, DAY_MS, 500},
    [METER_NOTICES] = {500, DAY_MS, 1000},
};

// A whole fleet that is new, and a big one that grows.
static const struct rate newcomers = {100, 36 * SECOND_MS, 200000};

static const enum left_out_reason reasons[METER_KIND_COUNT] = {
    [METER_WORK] = LEFT_OUT_MESSAGES,
    [METER_STATUSES] = LEFT_OUT_STATUSES,
    [METER_FAULTS] = LEFT_OUT_FAULTS,
    [METER_EVENTS] = LEFT_OUT_EVENTS,
    [METER_STARTS] = LEFT_OUT_EVENTS,
    [METER_NOTICES] = LEFT_OUT_EVENTS,
};

struct meter {
    pthread_mutex_t mutex; // over all below
    struct meter_table table;
    struct rate rates[METER_KIND_COUNT];
    struct rate_use newcomers_use;
    bool low_disk;
    struct meter_left_out *untold, **last;
    struct meter_counters counters;
};

struct meter *meter_new(void)
{
    struct meter *meter = calloc(1, sizeof *meter);

    if (meter == NULL)
        return NULL;
    pthread_mutex_init(&meter->mutex, NULL);
    for (size_t i = 0; i < METER_KIND_COUNT; i++)
        meter->rates[i] = bounds[i];
    meter->last = &meter->untold;
    return meter;
}

void meter_free(struct meter *meter)
{
    if (meter == NULL)
        return;
    meter_table_clear(&meter->table);
    pthread_mutex_destroy(&meter->mutex);
    free(meter);
}

void meter_set_statuses_per_minute(struct meter *meter, int64_t statuses)
{
    struct rate rate = {(uint32_t)statuses, MINUTE_MS, STATUSES_BURST};

    if (10 * rate.count > rate.burst)
        rate.burst = 10 * rate.count;
    pthread_mutex_lock(&meter->mutex);
    meter->rates[METER_STATUSES] = rate;
    pthread_mutex_unlock(&meter->mutex);
}

void meter_set_low_disk(struct meter *meter, bool low)
{
    pthread_mutex_lock(&meter->mutex);
    meter->low_disk = low;
    pthread_mutex_unlock(&meter->mutex);
}

int meter_know(struct meter *meter, int64_t key)
{
    pthread_mutex_lock(&meter->mutex);

    bool known =
        meter_table_find(&meter->table, key) != NULL || meter_table_add(&meter->table, key) != NULL;

    pthread_mutex_unlock(&meter->mutex);
    return known ? 0 : ERR_NO_MEMORY;
}

// With the mutex held, as below.
static void list(struct meter *meter, struct meter_left_out *out)
{
    if (out->is_listed)
        return;
    out->is_listed = true;
    out->next = NULL;
    *meter->last = out;
    meter->last = &out->next;
}

// Without memory it is only counted in all.
static void leave_out(struct meter *meter, struct meter_device *device, enum left_out_reason reason)
{
    struct meter_left_out *out = device->left_out;
    int64_t now_ms = clock_unstepped_ms();

    meter->counters.left_out[reason]++;
    if (out == NULL)
        out = device->left_out = calloc(1, sizeof *out);
    if (out == NULL)
        return;
    out->key = device->key;
    if (out->reasons[reason].count++ == 0)
        out->reasons[reason].since_ms = now_ms;
    out->reasons[reason].at_ms = now_ms;
    list(meter, out);
}

static bool take(struct meter *meter, struct meter_device *device, enum meter_kind kind, uint32_t n,
    int64_t now_ms)
{
    if (rate_take(&device->use[kind], &meter->rates[kind], n, now_ms))
        return true;
    leave_out(meter, device, reasons[kind]);
    return false;
}

static struct meter_device *add_newcomer(struct meter *meter, int64_t key, int64_t now_ms)
{
    struct meter_device *device = NULL;

    if (rate_take(&meter->newcomers_use, &newcomers, 1, now_ms))
        device = meter_table_add(&meter->table, key);
    meter->counters.strangers += device == NULL;
    return device;
}

enum meter_verdict meter_admit(struct meter *meter, int64_t key, size_t n, int64_t now_ms)
{
    enum meter_verdict verdict = METER_STRANGER;

    pthread_mutex_lock(&meter->mutex);

    struct meter_device *device = meter_table_find(&meter->table, key);

    if (device == NULL)
        device = add_newcomer(meter, key, now_ms);
    if (device != NULL) {
        uint32_t work = 1 + (uint32_t)(n / WORK_BYTES);

        verdict = take(meter, device, METER_WORK, work, now_ms) ? METER_ADMITTED : METER_TOO_MUCH;
    }
    pthread_mutex_unlock(&meter->mutex);
    return verdict;
}

bool meter_keep(struct meter *meter, int64_t key, enum meter_kind kind, int64_t now_ms)
{
    pthread_mutex_lock(&meter->mutex);

    struct meter_device *device = meter_table_find(&meter->table, key);
    bool kept = !meter->low_disk;

    meter->counters.low_disk += meter->low_disk;
    if (kept && device != NULL)
        kept = take(meter, device, kind, 1, now_ms);
    pthread_mutex_unlock(&meter->mutex);
    return kept;
}

bool meter_trims(struct meter *meter, int64_t key, enum meter_kind kind)
{
    pthread_mutex_lock(&meter->mutex);

    struct meter_device *device = meter_table_find(&meter->table, key);
    bool trims = device == NULL || device->kept[kind] == 0;

    if (device != NULL)
        device->kept[kind] = (uint8_t)((device->kept[kind] + 1) % TRIM_EVERY);
    pthread_mutex_unlock(&meter->mutex);
    return trims;
}

void meter_leave_out(struct meter *meter, int64_t key, enum left_out_reason reason)
{
    pthread_mutex_lock(&meter->mutex);

    struct meter_device *device = meter_table_find(&meter->table, key);

    if (device != NULL)
        leave_out(meter, device, reason);
    else
        meter->counters.left_out[reason]++;
    pthread_mutex_unlock(&meter->mutex);
}

// Takes the first off the list; NULL if it is not due.
static struct meter_left_out *take_due(struct meter *meter, int64_t now_ms)
{
    struct meter_left_out *out = meter->untold;

    if (out == NULL || (out->told_at_ms != 0 && now_ms - out->told_at_ms < TELL_MS))
        return NULL;
    meter->untold = out->next;
    if (meter->untold == NULL)
        meter->last = &meter->untold;
    out->is_listed = false;
    return out;
}

// The same, and what is to be told of it, of which nothing is left to be. Locks.
static struct meter_left_out *take_untold(
    struct meter *meter, int64_t now_ms, struct meter_left_out *untold)
{
    pthread_mutex_lock(&meter->mutex);

    struct meter_left_out *out = take_due(meter, now_ms);

    if (out != NULL) {
        *untold = *out;
        memset(out->reasons, 0, sizeof out->reasons);
        out->told_at_ms = now_ms;
    }
    pthread_mutex_unlock(&meter->mutex);
    return out;
}

// What was told in vain is to be told with what has come since. Locks.
static void give_back(
    struct meter *meter, struct meter_left_out *out, const struct left_out *refused)
{
    pthread_mutex_lock(&meter->mutex);
    if (out->reasons[refused->reason].count == 0)
        out->reasons[refused->reason].at_ms = refused->at_ms;
    out->reasons[refused->reason].count += refused->count;
    out->reasons[refused->reason].since_ms = refused->since_ms;
    list(meter, out);
    pthread_mutex_unlock(&meter->mutex);
}

void meter_tell(
    struct meter *meter, size_t max, bool (*each)(const struct left_out *out, void *ctx), void *ctx)
{
    int64_t now_ms = clock_monotonic_ms();
    struct meter_left_out untold;
    struct meter_left_out *of;

    while (max-- > 0 && (of = take_untold(meter, now_ms, &untold)) != NULL) {
        for (size_t i = 0; i < LEFT_OUT_REASON_COUNT; i++) {
            struct left_out out = {.reason = (enum left_out_reason)i,
                .count = untold.reasons[i].count,
                .since_ms = untold.reasons[i].since_ms,
                .at_ms = untold.reasons[i].at_ms};

            mac_key_to_text(untold.key, out.mac);
            if (out.count > 0 && !each(&out, ctx))
                give_back(meter, of, &out);
        }
    }
}

void meter_read_counters(struct meter *meter, struct meter_counters *out)
{
    pthread_mutex_lock(&meter->mutex);
    *out = meter->counters;
    out->devices = meter->table.count;
    pthread_mutex_unlock(&meter->mutex);
}
