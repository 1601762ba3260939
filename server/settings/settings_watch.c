// What is wanted of every device, kept.
#include "server/settings/settings_watch.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/settings/settings_fleet.h"
#include "server/settings/settings_fleet_compute.h"

#define ROWS 500 // of one job
#define PATIENCE_MS 5000

struct settings_watch {
    struct settings_desk desk;
    pthread_mutex_t lock; // one at a time: what is read last is written last
    int64_t next_ms;      // monotonic
};

struct wanted {
    size_t count;
    struct {
        char mac[MAC_SIZE];
        char hash[SETTINGS_HASH_SIZE];
    } rows[ROWS];
};

int settings_watch_open(
    const struct settings_desk *desk, struct settings_watch **out, struct err *err)
{
    struct settings_watch *watch = calloc(1, sizeof *watch);

    if (watch == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for settings");
    watch->desk = *desk;
    pthread_mutex_init(&watch->lock, NULL);
    *out = watch;
    return 0;
}

void settings_watch_close(struct settings_watch *watch)
{
    if (watch == NULL)
        return;
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}

// A store_job. One that was forgotten since is no device any more.
static int write_wanted(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct wanted *wanted = ctx;
    struct device_config config;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < wanted->count; i++) {
        rc = device_config_store_get(connection, wanted->rows[i].mac, &config, err);
        if (rc == 0 && config.mac[0] != '\0')
            rc = device_config_store_want(
                connection, wanted->rows[i].mac, wanted->rows[i].hash, err);
    }
    return rc;
}

// Hands over what there is, if it is enough.
static int hand_over(struct settings_watch *watch, struct wanted **wanted, size_t enough)
{
    struct wanted *full = *wanted;

    if (full == NULL || full->count < enough)
        return 0;
    *wanted = NULL;
    return store_post(watch->desk.store, write_wanted, full, free);
}

static int write_all(struct settings_watch *watch, const struct settings_fleet *fleet)
{
    size_t count;
    const struct settings_fleet_device *devices = settings_fleet_devices(fleet, &count);
    struct wanted *wanted = NULL;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < count; i++) {
        if (strcmp(devices[i].hash, devices[i].config.wanted) == 0)
            continue;
        if (wanted == NULL && (wanted = calloc(1, sizeof *wanted)) == NULL)
            return ERR_NO_MEMORY;
        memcpy(wanted->rows[wanted->count].mac, devices[i].config.mac, MAC_SIZE);
        memcpy(wanted->rows[wanted->count++].hash, devices[i].hash, SETTINGS_HASH_SIZE);
        rc = hand_over(watch, &wanted, ROWS);
    }
    if (rc == 0)
        rc = hand_over(watch, &wanted, 1);
    free(wanted);
    return rc;
}

static int look(struct settings_watch *watch, struct err *err)
{
    struct settings_fleet *fleet = NULL;
    struct store_connection *connection;
    struct settings_base base;
    int rc = watch->desk.read_base(&base, watch->desk.ctx);

    if (rc < 0)
        return err_set(err, rc, "no memory for settings");
    rc = store_read_begin(watch->desk.store, &connection, err);
    if (rc == 0) {
        rc = settings_fleet_load(connection, &base, clock_now_ms(), &fleet, err);
        store_read_end(watch->desk.store, connection);
    }
    if (rc == 0)
        rc = settings_fleet_compute(fleet, NULL, NULL, err);
    if (rc == 0) {
        rc = write_all(watch, fleet);
        if (rc < 0)
            err_set(err, rc, "the store has no room now for what is wanted of devices");
    }
    settings_fleet_free(fleet);
    settings_base_clear(&base);
    return rc;
}

int settings_watch_refresh(struct settings_watch *watch, struct err *err)
{
    int rc;

    pthread_mutex_lock(&watch->lock);
    rc = look(watch, err);
    pthread_mutex_unlock(&watch->lock);
    return rc < 0 ? rc : store_flush(watch->desk.store, PATIENCE_MS);
}

void settings_watch_tick(struct settings_watch *watch)
{
    int64_t now_ms = clock_monotonic_ms();
    struct err err = {0};
    int rc;

    if (now_ms < watch->next_ms)
        return;
    watch->next_ms = now_ms + SETTINGS_WATCH_PERIOD_MS;
    pthread_mutex_lock(&watch->lock);
    rc = look(watch, &err);
    pthread_mutex_unlock(&watch->lock);
    if (rc < 0)
        log_warning("settings", "what is wanted of devices was not looked at: %s", err.message);
}
