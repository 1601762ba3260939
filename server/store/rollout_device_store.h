#ifndef ROLLOUT_DEVICE_STORE_H
#define ROLLOUT_DEVICE_STORE_H

#include <stdint.h>

#include "server/model/rollout.h"
#include "server/store/store.h"

// The devices of rollouts. They need not be known otherwise. All: ERR_IO if the database fails.

// Inserts or replaces.
ERR_CHECKED int rollout_device_store_put(
    struct store_connection *connection, const struct rollout_device *device, struct err *err);

// ERR_NOT_FOUND.
ERR_CHECKED int rollout_device_store_get(struct store_connection *connection, int64_t rollout,
    const char *mac, struct rollout_device *out, struct err *err);

typedef int rollout_device_each(const struct rollout_device *device, void *ctx);

// What follows calls each() until it returns non-zero, which is then returned.

// Those that are to be looked at: at work; updated, but running another image than that (of a
// configuration: the one before it again); and those that wait in a phase up to the given one and
// are there, and free, or will never come (forgotten, revoked). At most `limit` of the last kind,
// in order.
struct rollout_device_wish {
    int64_t rollout;
    const char *image; // NULL: it is of a configuration
    int64_t phase;
    int64_t limit;
    int64_t parts, part; // of the first two kinds, one part of so many, counted from 0
};
ERR_CHECKED int rollout_device_store_each_at_work(struct store_connection *connection,
    const struct rollout_device_wish *wish, rollout_device_each *each, void *ctx, struct err *err);
ERR_CHECKED int rollout_device_store_each_candidate(struct store_connection *connection,
    const struct rollout_device_wish *wish, rollout_device_each *each, void *ctx, struct err *err);

// All of them, those that need a look first (failed, at work, left out), then in order; at most
// `limit`.
ERR_CHECKED int rollout_device_store_each(struct store_connection *connection, int64_t rollout,
    int64_t limit, rollout_device_each *each, void *ctx, struct err *err);

// At most `limit` of those behind a MAC ("": of all), by MAC.
struct rollout_device_page {
    int64_t rollout;
    const char *after;
    int64_t limit;
};
ERR_CHECKED int rollout_device_store_page(struct store_connection *connection,
    const struct rollout_device_page *page, rollout_device_each *each, void *ctx, struct err *err);

// How many are at each stage, by phase.
struct rollout_device_count {
    int64_t phase;
    enum rollout_stage stage;
    int64_t devices;
};
ERR_CHECKED int rollout_device_store_count(struct store_connection *connection, int64_t rollout,
    int (*each)(const struct rollout_device_count *count, void *ctx), void *ctx, struct err *err);

// How many wait in the phases from first to last and are not online.
ERR_CHECKED int rollout_device_store_count_away(struct store_connection *connection,
    int64_t rollout, const int64_t phases[2], int64_t *out, struct err *err);

// How many download or install.
ERR_CHECKED int rollout_device_store_count_at_work(
    struct store_connection *connection, int64_t rollout, int64_t *out, struct err *err);

// How many have begun after a time; and how many download now, by site.
ERR_CHECKED int rollout_device_store_count_begun(struct store_connection *connection,
    int64_t rollout, int64_t after_ms, int64_t *out, struct err *err);
ERR_CHECKED int rollout_device_store_each_site(struct store_connection *connection, int64_t rollout,
    int (*each)(const char *site, int64_t devices, void *ctx), void *ctx, struct err *err);

// The name of a rollout that has not ended and in which a device takes part, and may yet be changed
// by it; of another one than that. ERR_NOT_FOUND.
ERR_CHECKED int rollout_device_store_get_other(struct store_connection *connection, int64_t rollout,
    const char *mac, char name[ROLLOUT_NAME_SIZE], struct err *err);

// Those that have failed or were left out wait again, but for those that another rollout has now.
// *count: how many.
ERR_CHECKED int rollout_device_store_retry(
    struct store_connection *connection, int64_t rollout, int64_t *count, struct err *err);

#endif
