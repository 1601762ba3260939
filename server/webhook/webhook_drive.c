// Sends what happens to whom it is to be told.
#include "server/webhook/webhook_drive.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/tally.h"

_Static_assert(WEBHOOK_KEY_MAX + KEY_VAULT_OVERHEAD <= WEBHOOK_SEALED_MAX, "each secret fits");

#define LOOK_MS 1000
#define TELL_MS 60000 // one line of each kind within this

struct webhook_drive {
    struct webhook_drive_settings settings;
    pthread_t thread;
    struct webhook_send *send;
    pthread_mutex_t mutex;      // of the next one
    struct webhook_allow allow; // as it is now; the thread takes it over at its next look
    _Atomic bool stopping, woken;
    int64_t look_at_ms; // monotonic
    struct tally dropped, broken, trouble;
};

struct hooks {
    struct webhook *items;
    size_t count;
};

static void read_allow(struct webhook_drive *drive, struct webhook_allow *out)
{
    pthread_mutex_lock(&drive->mutex);
    *out = drive->allow;
    pthread_mutex_unlock(&drive->mutex);
}

static void take_allow(struct webhook_drive *drive)
{
    struct webhook_allow allow;

    read_allow(drive, &allow);
    webhook_send_set_allow(drive->send, &allow);
}

static void tell_trouble(struct webhook_drive *drive, const struct err *err)
{
    if (tally_add(&drive->trouble, 1, TELL_MS))
        log_error("webhook", "look failed reason=\"%s\"", err->message);
}

static int append(const struct webhook *webhook, void *ctx)
{
    struct hooks *hooks = ctx;

    if (hooks->count == WEBHOOK_MAX)
        return 1;
    hooks->items[hooks->count++] = *webhook;
    return 0;
}

static void tell_fill(struct webhook_drive *drive, const struct webhook_fill *fill)
{
    if (tally_add(&drive->dropped, (uint64_t)fill->dropped, TELL_MS))
        log_warning("webhook", "queue is full, the oldest are dropped name=%s count=%lld",
            fill->webhook.name, (long long)fill->dropped);
    if (tally_add(&drive->broken, fill->is_broken, TELL_MS))
        log_warning("webhook",
            "filter cannot be asked any more, what was for it is dropped name=%s",
            fill->webhook.name);
}

// 1 if there may be more, 0, or an error.
static int fill_one(struct webhook_drive *drive, const struct webhook *webhook, struct err *err)
{
    struct webhook_fill fill = {.webhook = *webhook, .keep = drive->settings.queue_max};
    struct store_connection *connection;
    int rc = store_read_begin(drive->settings.send.store, &connection, err);

    if (rc < 0)
        return rc;
    rc = webhook_fill_read(connection, &drive->settings.bodies, &fill, err);
    store_read_end(drive->settings.send.store, connection);
    if (rc == 0 && webhook_fill_has(&fill, webhook)) {
        rc = store_write(drive->settings.send.store, webhook_fill_write, &fill, err);
        if (rc == 0)
            tell_fill(drive, &fill);
    }
    if (rc == 0 && fill.is_full)
        rc = 1;
    webhook_fill_clear(&fill);
    return rc;
}

static int read_hooks(struct webhook_drive *drive, struct hooks *hooks, struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(drive->settings.send.store, &connection, err);

    hooks->count = 0;
    if (rc < 0)
        return rc;
    rc = webhook_store_each(connection, append, hooks, err);
    store_read_end(drive->settings.send.store, connection);
    return rc < 0 ? rc : 0;
}

// Whether there may be more at once.
static bool fill_all(struct webhook_drive *drive, const struct hooks *hooks)
{
    bool more = false;

    for (size_t i = 0; i < hooks->count && !drive->stopping; i++) {
        struct err err = {0};
        int rc = hooks->items[i].state == WEBHOOK_ON ? fill_one(drive, &hooks->items[i], &err) : 0;

        if (rc < 0)
            tell_trouble(drive, &err);
        more = more || rc > 0;
    }
    return more;
}

// Whether there is more to do at once.
static bool look(struct webhook_drive *drive, struct hooks *hooks)
{
    int64_t now_ms = clock_monotonic_ms();
    struct err err = {0};
    bool more = false;

    if (read_hooks(drive, hooks, &err) < 0) {
        tell_trouble(drive, &err);
        return false;
    }
    if (atomic_exchange(&drive->woken, false) || now_ms >= drive->look_at_ms) {
        more = fill_all(drive, hooks);
        drive->look_at_ms = more ? now_ms : now_ms + LOOK_MS;
    }
    take_allow(drive);
    webhook_send_start(drive->send, hooks->items, hooks->count);
    return more;
}

static void *run(void *ctx)
{
    struct webhook_drive *drive = ctx;
    struct hooks hooks = {.items = calloc(WEBHOOK_MAX, sizeof *hooks.items)};

    while (!drive->stopping && hooks.items != NULL) {
        bool more = look(drive, &hooks);

        if (!webhook_send_run(drive->send) && !more)
            webhook_send_wait(drive->send, LOOK_MS);
    }
    free(hooks.items);
    return NULL;
}

int webhook_drive_start(
    const struct webhook_drive_settings *settings, struct webhook_drive **out, struct err *err)
{
    struct webhook_drive *drive = calloc(1, sizeof *drive);
    int rc = drive != NULL ? webhook_send_new(&settings->send, &drive->send, err)
                           : err_set(err, ERR_NO_MEMORY, "no memory for webhooks");

    if (rc == 0) {
        drive->settings = *settings;
        drive->allow = settings->send.allow;
        pthread_mutex_init(&drive->mutex, NULL);
        if (pthread_create(&drive->thread, NULL, run, drive) != 0) {
            webhook_send_free(drive->send);
            pthread_mutex_destroy(&drive->mutex);
            rc = err_set(err, ERR_NO_MEMORY, "cannot start the sending of webhooks");
        }
    }
    if (rc == 0)
        *out = drive;
    else
        free(drive);
    return rc;
}

void webhook_drive_wake(struct webhook_drive *drive)
{
    drive->woken = true;
    webhook_send_wake(drive->send);
}

void webhook_drive_free(struct webhook_drive *drive)
{
    if (drive == NULL)
        return;
    drive->stopping = true;
    webhook_drive_wake(drive);
    pthread_join(drive->thread, NULL);
    webhook_send_free(drive->send);
    pthread_mutex_destroy(&drive->mutex);
    free(drive);
}

void webhook_drive_set_allow(struct webhook_drive *drive, const struct webhook_allow *allow)
{
    pthread_mutex_lock(&drive->mutex);
    drive->allow = *allow;
    pthread_mutex_unlock(&drive->mutex);
}

int webhook_drive_judge(
    struct webhook_drive *drive, const char *text, struct webhook_url *out, struct err *err)
{
    struct webhook_address address;
    struct webhook_allow allow;
    const char *why = NULL;
    int rc = webhook_url_parse(text, out, err);

    if (rc < 0)
        return rc;
    read_allow(drive, &allow);
    if (webhook_address_parse(out->host, &address))
        why = webhook_allow_refuse(&allow, &address, out->has_tls);
    if (why != NULL)
        return err_set(err, ERR_DENIED,
            "%s is not allowed: %s; 'allow' in section [webhooks] of secureesp.conf says to which "
            "networks webhooks may go",
            out->origin, why);
    return 0;
}

int webhook_drive_seal(const struct webhook_drive *drive, const struct webhook_key *key,
    struct webhook *webhook, struct err *err)
{
    uint8_t *sealed;
    int rc = key_vault_seal(drive->settings.send.vault, webhook->name, key->bytes, key->n, &sealed,
        &webhook->sealed_size, err);

    if (rc < 0)
        return rc;
    memcpy(webhook->sealed, sealed, webhook->sealed_size);
    free(sealed);
    return 0;
}

void webhook_drive_each_counter(const struct webhook_drive *drive,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx)
{
    webhook_send_each_counter(drive->send, add, add_ctx);
    add("webhooks_dropped", drive->dropped.total, add_ctx);
}
