// What is left at the broker of devices that are gone.
#include "server/daemon/retained_sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/topic.h"
#include "server/base/log.h"
#include "server/ingest/ingest_topic.h"

#define REMIND_MS 3600000

// Of a device, as it spells its MAC. The last one's echo says that all have arrived.
static const char *const forms[] = {"/status/%s", "/event/%s", "/will/%s", "/will/%s/will"};
#define FORMS (sizeof forms / sizeof forms[0])

void retained_sweep_init(struct retained_sweep *sweep)
{
    pthread_mutex_init(&sweep->lock, NULL);
}

void retained_sweep_clear(struct retained_sweep *sweep)
{
    pthread_mutex_destroy(&sweep->lock);
}

static void write_topic(const char *form, const char *name, char out[TOPIC_SIZE])
{
    const char *at = strstr(form, "%s");

    snprintf(out, TOPIC_SIZE, "%.*s%s%s", (int)(at - form), form, name, at + 2);
}

static const char *spelling_of(const struct retained *wish)
{
    return wish->spelling[0] != '\0' ? wish->spelling : wish->mac;
}

static int clear_all(struct retained_sweep *sweep, const char *name)
{
    int rc = 0;

    for (size_t i = 0; i < FORMS && rc == 0; i++) {
        char topic[TOPIC_SIZE];

        write_topic(forms[i], name, topic);
        rc = sweep->clear(topic, sweep->ctx);
    }
    return rc;
}

// As it spells itself last.
static int clear_device(struct retained_sweep *sweep, const struct retained *wish)
{
    int rc = wish->spelling[0] != '\0' ? clear_all(sweep, wish->mac) : 0;

    return rc < 0 ? rc : clear_all(sweep, spelling_of(wish));
}

// --- rounds

static int remove_done(struct store_connection *connection, void *ctx, struct err *err)
{
    return retained_store_remove(connection, ctx, err);
}

static void settle(struct retained_sweep *sweep, const struct retained *wish)
{
    struct retained *copy = malloc(sizeof *copy);

    if (copy == NULL)
        return; // it is done once more
    *copy = *wish;
    (void)store_post(sweep->store, remove_done, copy, free);
}

static void rest(struct retained_sweep *sweep, int64_t now_ms)
{
    sweep->rest_ms = sweep->rest_ms == 0 ? RETAINED_SWEEP_WAIT_MS : sweep->rest_ms * 2;
    if (sweep->rest_ms > RETAINED_SWEEP_REST_MAX_MS)
        sweep->rest_ms = RETAINED_SWEEP_REST_MAX_MS;
    sweep->next_ms = now_ms + sweep->rest_ms;
    if (pace_is_due(&sweep->pace, REMIND_MS))
        log_warning("retained",
            "the broker does not let the daemon remove what devices that are gone have left "
            "devices=%zu first=%s: it must run the plugin of this version; the daemon will try "
            "again later",
            sweep->count, sweep->devices[0].wish.mac);
}

// With the lock held. False while one is under way.
static bool end_round(struct retained_sweep *sweep, int64_t now_ms)
{
    size_t done = 0;

    for (size_t i = 0; i < sweep->count; i++)
        done += sweep->devices[i].is_done;
    if (done < sweep->count && now_ms < sweep->until_ms && !sweep->is_void)
        return false;
    for (size_t i = 0; i < sweep->count; i++) {
        if (sweep->devices[i].is_done)
            settle(sweep, &sweep->devices[i].wish);
    }
    if (done > 0) {
        log_info("retained", "removed from the broker devices=%zu first=%s", done,
            sweep->devices[0].wish.mac);
        sweep->rest_ms = 0;
        sweep->next_ms = now_ms + 1; // once it is recorded
    } else if (sweep->count > 0 && !sweep->is_void) {
        rest(sweep, now_ms);
    }
    sweep->count = 0;
    sweep->is_void = false;
    return true;
}

static int take(const struct retained *wish, void *ctx)
{
    struct retained_sweep *sweep = ctx;

    sweep->devices[sweep->count++] = (struct retained_sweep_device){.wish = *wish};
    return 0;
}

// Those after the last round's, so that devices of which no echo comes do not keep the others from
// their turn.
static int read_round(struct retained_sweep *sweep, struct store_connection *connection)
{
    int rc = retained_store_page(connection, sweep->last, RETAINED_SWEEP_ROUND, take, sweep, NULL);

    if (rc == 0 && sweep->count == 0 && sweep->last[0] != '\0')
        rc = retained_store_page(connection, "", RETAINED_SWEEP_ROUND, take, sweep, NULL);
    return rc;
}

// With the lock held.
static void begin_round(struct retained_sweep *sweep, int64_t now_ms)
{
    struct store_connection *connection;
    int rc = store_read_begin(sweep->store, &connection, NULL);

    if (rc < 0)
        return;
    rc = read_round(sweep, connection);
    store_read_end(sweep->store, connection);
    if (rc < 0)
        sweep->count = 0;
    snprintf(sweep->last, sizeof sweep->last, "%s",
        sweep->count > 0 ? sweep->devices[sweep->count - 1].wish.mac : "");
    sweep->until_ms = now_ms + RETAINED_SWEEP_WAIT_MS;
}

// Whether whom the round is about can leave nothing more.
static bool is_in_force(struct retained_sweep *sweep)
{
    struct revocation_state state;

    revocation_read(sweep->revocation, &state);
    return state.broker_knows && state.broker_number >= state.number;
}

void retained_sweep_tick(struct retained_sweep *sweep, int64_t now_ms)
{
    struct retained wishes[RETAINED_SWEEP_ROUND];
    size_t count = 0;

    pthread_mutex_lock(&sweep->lock);
    // In this order: what is not done of a round is taken for an echo until the next one repeats
    // it.
    if (is_in_force(sweep) && end_round(sweep, now_ms) && now_ms >= sweep->next_ms) {
        begin_round(sweep, now_ms);
        for (; count < sweep->count; count++)
            wishes[count] = sweep->devices[count].wish;
    }
    pthread_mutex_unlock(&sweep->lock);
    // Without the lock: the client's own thread holds one of its own when it hears an echo.
    for (size_t i = 0; i < count; i++) {
        if (clear_device(sweep, &wishes[i]) < 0)
            break; // there is no connection any more
    }
}

void retained_sweep_note_connected(struct retained_sweep *sweep)
{
    pthread_mutex_lock(&sweep->lock);
    sweep->next_ms = 0;
    sweep->rest_ms = 0;
    sweep->is_void = sweep->count > 0;
    pthread_mutex_unlock(&sweep->lock);
}

static struct retained_sweep_device *find(struct retained_sweep *sweep, const char *mac)
{
    for (size_t i = 0; i < sweep->count; i++) {
        if (strcmp(sweep->devices[i].wish.mac, mac) == 0)
            return &sweep->devices[i];
    }
    return NULL;
}

bool retained_sweep_hear(struct retained_sweep *sweep, const char *topic)
{
    struct retained_sweep_device *device;
    struct ingest_topic parsed;
    char last[TOPIC_SIZE];

    if (!ingest_topic_parse(topic, &parsed))
        return false;
    pthread_mutex_lock(&sweep->lock);
    device = find(sweep, parsed.mac);
    if (device != NULL) {
        write_topic(forms[FORMS - 1], spelling_of(&device->wish), last);
        device->is_done = device->is_done || strcmp(topic, last) == 0;
    }
    pthread_mutex_unlock(&sweep->lock);
    return device != NULL;
}
