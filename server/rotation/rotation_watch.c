// Who shows certificates of which CA.
#include "server/rotation/rotation_watch.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/rotation/rotation_drive.h"
#include "server/store/rotation_store.h"

#define INTERVAL_MS 2000

struct rotation_watch {
    struct store *store;
    struct device_auth *auth;
    int64_t next_ms;      // monotonic, of the tick
    pthread_mutex_t lock; // over all below
    struct rotation rotation;
    bool is_stale; // it could not be read
    char own_ca[ROTATION_CA_SIZE];
    char broker_ca[ROTATION_CA_SIZE]; // as we were let in last,
    char then_ca[ROTATION_CA_SIZE];   // and what we showed it
};

int rotation_watch_open(
    struct store *store, struct device_auth *auth, struct rotation_watch **out, struct err *err)
{
    struct rotation_watch *watch = calloc(1, sizeof *watch);

    if (watch == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a change of the CA");
    watch->store = store;
    watch->auth = auth;
    pthread_mutex_init(&watch->lock, NULL);
    rotation_watch_refresh(watch);
    *out = watch;
    return 0;
}

void rotation_watch_close(struct rotation_watch *watch)
{
    if (watch == NULL)
        return;
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}

static void find_ca(
    struct rotation_watch *watch, const struct certificate *certificate, char out[ROTATION_CA_SIZE])
{
    if (device_auth_find_root(watch->auth, certificate, out, NULL) < 0)
        out[0] = '\0';
}

void rotation_watch_note_own(struct rotation_watch *watch, const struct certificate *certificate)
{
    char ca[ROTATION_CA_SIZE];

    find_ca(watch, certificate, ca);
    pthread_mutex_lock(&watch->lock);
    memcpy(watch->own_ca, ca, sizeof ca);
    pthread_mutex_unlock(&watch->lock);
}

void rotation_watch_note_broker(struct rotation_watch *watch, const uint8_t *der, size_t n)
{
    struct certificate *certificate;
    char ca[ROTATION_CA_SIZE];

    if (certificate_from_der(der, n, &certificate, NULL) < 0)
        return;
    find_ca(watch, certificate, ca);
    certificate_free(certificate);
    pthread_mutex_lock(&watch->lock);
    memcpy(watch->broker_ca, ca, sizeof ca);
    memcpy(watch->then_ca, watch->own_ca, sizeof watch->then_ca);
    pthread_mutex_unlock(&watch->lock);
}

static struct rotation copy_state(struct rotation_watch *watch)
{
    struct rotation rotation;

    pthread_mutex_lock(&watch->lock);
    rotation = watch->rotation;
    pthread_mutex_unlock(&watch->lock);
    return rotation;
}

static int read_state(struct rotation_watch *watch, struct rotation *out)
{
    struct store_connection *connection;
    int rc = store_read_begin(watch->store, &connection, NULL);

    if (rc < 0)
        return rc;
    rc = rotation_store_get(connection, out, NULL);
    store_read_end(watch->store, connection);
    return rc;
}

void rotation_watch_refresh(struct rotation_watch *watch)
{
    struct rotation rotation;
    int rc = read_state(watch, &rotation);

    pthread_mutex_lock(&watch->lock);
    watch->is_stale = rc < 0;
    if (rc == 0)
        watch->rotation = rotation;
    pthread_mutex_unlock(&watch->lock);
}

// Without a change under way nothing but an operator begins one, and that is told.
static bool is_to_be_read(struct rotation_watch *watch)
{
    pthread_mutex_lock(&watch->lock);

    bool answer = watch->is_stale || watch->rotation.phase != ROTATION_NONE;

    pthread_mutex_unlock(&watch->lock);
    return answer;
}

struct shown {
    char mac[MAC_SIZE];
    char ca[ROTATION_CA_SIZE];
};

// A store_job.
static int note_shown(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct shown *shown = ctx;
    struct rotation rotation;
    int rc = rotation_store_get(connection, &rotation, err);

    if (rc < 0 || rotation.phase == ROTATION_NONE)
        return rc;
    if (strcmp(shown->ca, rotation.new_ca) == 0)
        return rotation_store_note_shown(connection, shown->mac, true, err);
    if (strcmp(shown->ca, rotation.old_ca) == 0)
        return rotation_store_note_shown(connection, shown->mac, false, err);
    return 0;
}

void rotation_watch_note_device(
    struct rotation_watch *watch, const struct certificate_facts *facts, const char *mac)
{
    if (watch == NULL || copy_state(watch).phase == ROTATION_NONE)
        return;

    struct shown *shown = calloc(1, sizeof *shown);

    if (shown == NULL)
        return; // the device is told to show it again
    if (mac != NULL)
        snprintf(shown->mac, sizeof shown->mac, "%s", mac);
    else if (!mac_parse(facts->common_name, shown->mac)) {
        free(shown);
        return;
    }
    device_auth_root_of(watch->auth, facts->ca, shown->ca);
    (void)store_post(watch->store, note_shown, shown, free);
}

// In the phase certificates: by its own certificate the broker is seen to let in those of the new
// CA.
static const char *wait_for_servers(struct rotation_watch *watch, const struct rotation *rotation)
{
    const char *what = NULL;

    pthread_mutex_lock(&watch->lock);
    if (strcmp(watch->own_ca, rotation->new_ca) != 0)
        what = "this daemon shows no certificate of the new CA: reload it";
    else if (strcmp(watch->broker_ca, rotation->new_ca) != 0)
        what = "the broker shows no certificate of the new CA: restart it";
    else if (strcmp(watch->then_ca, rotation->new_ca) != 0)
        what = "the broker has not let in this daemon by its new certificate: restart it";
    pthread_mutex_unlock(&watch->lock);
    return what;
}

const char *rotation_watch_waits_for(struct rotation_watch *watch, const struct rotation *rotation)
{
    bool has_old = device_auth_has_ca(watch->auth, rotation->old_ca);
    bool has_new = device_auth_has_ca(watch->auth, rotation->new_ca);

    if (rotation->phase == ROTATION_NONE)
        return NULL;
    if (rotation->phase == ROTATION_LAST)
        return has_new && !has_old ? NULL
                                   : "this daemon does not trust the new CA alone: reload it";
    if (!has_old || !has_new)
        return "this daemon does not trust both CAs: reload it";
    return rotation->phase == ROTATION_CERTIFICATES ? wait_for_servers(watch, rotation) : NULL;
}

void rotation_watch_tick(struct rotation_watch *watch)
{
    int64_t now_ms = clock_monotonic_ms();

    if (now_ms < watch->next_ms)
        return;
    watch->next_ms = now_ms + INTERVAL_MS;
    if (is_to_be_read(watch))
        rotation_watch_refresh(watch);

    struct rotation rotation = copy_state(watch);

    if (rotation.phase == ROTATION_NONE)
        return;

    struct rotation_drive *drive = calloc(1, sizeof *drive);

    if (drive == NULL)
        return; // the next tick comes
    drive->is_ready = rotation_watch_waits_for(watch, &rotation) == NULL;
    drive->is_over = rotation.phase == ROTATION_ABORTING &&
                     device_auth_has_ca(watch->auth, rotation.old_ca) &&
                     !device_auth_has_ca(watch->auth, rotation.new_ca);
    (void)store_post(watch->store, rotation_drive_run, drive, free);
}
