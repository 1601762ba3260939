#ifndef TEST_SERVER_COMMAND_DISPATCH_FIXTURE_H
#define TEST_SERVER_COMMAND_DISPATCH_FIXTURE_H

// A dispatcher over a real store, and a broker that notes what is published and refuses at will. In
// a header, since each test program is one file.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <time.h>

#include "server/base/clock.h"
#include "server/command/command_dispatch.h"
#include "server/store/command_store.h"
#include "test/unit/server/command/patience_fixture.h"
#include "test/unit/server/store/store_fixture.h"

#define PATIENCE_MS 120000 // of an emulated processor

struct broker {
    struct fixture *f;
    struct command_dispatch *dispatch;
    pthread_mutex_t mutex; // over all below
    char log[256];         // "<last digit of the MAC><command's first letter><id> ", as published
    int published;
    int refuse;   // so many publications from now on
    int unmarked; // publications of commands that were not stored as sent
    // Called with each publication, before it is refused or not.
    void (*meanwhile)(struct broker *broker, int64_t id);
    char payload[128]; // the last one
};

static inline enum command_state state_of(struct fixture *f, int64_t id)
{
    struct store_connection *connection = fixture_read(f);
    struct command command = {.state = COMMAND_STATE_COUNT};

    assert_int_equal(command_store_get(connection, id, &command, NULL), 0);
    store_read_end(f->store, connection);
    return command.state;
}

static inline int publish(const char *topic, const uint8_t *payload, size_t n, void *ctx)
{
    struct broker *broker = ctx;
    struct topic parsed;
    long long id = 0;
    char text[128] = "";

    memcpy(text, payload, n < 127 ? n : 127);
    if (!topic_parse(topic, strlen(topic), &parsed) || sscanf(text, "{\"id\": %lld}", &id) != 1)
        return ERR_INVALID;

    bool marked = state_of(broker->f, id) == COMMAND_SENT;
    int rc = 0;

    if (broker->meanwhile != NULL)
        broker->meanwhile(broker, id);
    memcpy(broker->payload, text, sizeof text);

    pthread_mutex_lock(&broker->mutex);
    broker->unmarked += !marked;
    if (broker->refuse > 0) {
        broker->refuse--;
        rc = ERR_UNAVAILABLE;
    } else {
        size_t used = strlen(broker->log);

        broker->published++;
        if (used < 200)
            snprintf(broker->log + used, sizeof broker->log - used, "%c%c%lld ",
                parsed.mac[MAC_LENGTH - 1], parsed.command[0], id);
    }
    pthread_mutex_unlock(&broker->mutex);
    return rc;
}

static inline void wake(void *ctx)
{
    command_dispatch_wake(ctx);
}

static inline void start(
    struct fixture *f, struct broker *broker, int64_t sent_ms, int64_t queued_ms)
{
    struct command_dispatch_settings settings = {
        .patience = patience_of(sent_ms),
        .queued_timeout_ms = queued_ms,
        .publish = publish,
        .ctx = broker,
    };
    struct err err = {0};

    *broker = (struct broker){.f = f, .mutex = PTHREAD_MUTEX_INITIALIZER};
    if (command_dispatch_start(f->store, &settings, &broker->dispatch, &err) < 0)
        fail_msg("%s", err.message);
    store_set_commit_hook(f->store, wake, broker->dispatch);
}

static inline void stop(struct broker *broker)
{
    store_set_commit_hook(broker->f->store, NULL, NULL);
    fixture_flush(broker->f); // the last hook has returned
    command_dispatch_free(broker->dispatch);
    assert_int_equal(broker->unmarked, 0);
}

static inline void wait_for_published(struct broker *broker, int least)
{
    const struct timespec moment = {.tv_nsec = 5000000};
    int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
    int published = 0;

    while (published < least && clock_monotonic_ms() < until_ms) {
        pthread_mutex_lock(&broker->mutex);
        published = broker->published;
        pthread_mutex_unlock(&broker->mutex);
        nanosleep(&moment, NULL);
    }
    assert_int_equal(published, least);
}

static inline void wait_for_state(struct fixture *f, int64_t id, enum command_state state)
{
    const struct timespec moment = {.tv_nsec = 5000000};
    int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;

    while (state_of(f, id) != state && clock_monotonic_ms() < until_ms)
        nanosleep(&moment, NULL);
    assert_int_equal(state_of(f, id), state);
}

static inline void note_id(const struct command *command, void *ctx)
{
    assert_int_equal(command->state, COMMAND_QUEUED);
    assert_true(command->created_at_ms > 0);
    *(int64_t *)ctx = command->id;
}

static inline int64_t queue(struct broker *broker, const char *mac, const char *name)
{
    struct err err = {0};
    int64_t id = 0;

    struct command_order order = {.mac = mac, .name = name};

    if (command_dispatch_queue(broker->dispatch, &order, note_id, &id, &err) < 0)
        fail_msg("%s", err.message);
    return id;
}

static inline int finish_job(struct store_connection *connection, void *ctx, struct err *err)
{
    struct command command;
    int rc = command_store_get(connection, *(int64_t *)ctx, &command, err);

    command.state = COMMAND_DONE;
    return rc < 0 ? rc : command_store_update(connection, &command, err);
}

static inline void set_online(struct fixture *f, const char *mac, bool online)
{
    struct device_record device = fixture_device(mac);

    device.online = online;
    fixture_write(f, fixture_put, &device);
}

#endif
