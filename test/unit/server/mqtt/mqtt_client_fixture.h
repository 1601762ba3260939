#ifndef TEST_SERVER_MQTT_MQTT_CLIENT_FIXTURE_H
#define TEST_SERVER_MQTT_MQTT_CLIENT_FIXTURE_H

// A broker, settings for a client of it, and what its callbacks said. In a header, since each test
// program is one file.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>

#include "server/mqtt/mqtt_client.h"
#include "test/unit/server/mqtt/broker.h"

#define PATIENCE_S 20
#define MESSAGES_MAX 64

struct message {
    char topic[128];
    uint8_t payload[64];
    size_t n;
    bool retained;
};

struct fixture {
    struct broker broker;
    char *folder;
    char ca[SCRATCH_PATH_SIZE], cert[SCRATCH_PATH_SIZE], key[SCRATCH_PATH_SIZE];
    struct mqtt_settings settings;
    struct mqtt_callbacks callbacks;

    pthread_mutex_t mutex; // over all below
    pthread_cond_t changed;
    int connections, failures;
    char reason[256]; // of the last failure
    struct message messages[MESSAGES_MAX];
    size_t count;
};

static inline void fixture_on_message(
    const char *topic, const uint8_t *payload, size_t n, bool retained, void *ctx)
{
    struct fixture *f = ctx;

    pthread_mutex_lock(&f->mutex);
    if (f->count < MESSAGES_MAX && n <= sizeof f->messages[0].payload) {
        struct message *m = &f->messages[f->count++];

        snprintf(m->topic, sizeof m->topic, "%s", topic);
        memcpy(m->payload, payload, n);
        m->n = n;
        m->retained = retained;
    }
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->mutex);
}

static inline void fixture_on_connection(bool connected, const char *reason, void *ctx)
{
    struct fixture *f = ctx;

    pthread_mutex_lock(&f->mutex);
    f->connections += connected;
    f->failures += !connected;
    if (!connected)
        snprintf(f->reason, sizeof f->reason, "%s", reason);
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->mutex);
}

static inline bool fixture_is_at_least(const struct fixture *f, const void *value, size_t least)
{
    (void)f;
    const int *count = value;

    return (size_t)*count >= least;
}

static inline bool fixture_has_messages(const struct fixture *f, const void *value, size_t least)
{
    (void)value;
    return f->count >= least;
}

static inline bool fixture_has_reason(const struct fixture *f, const void *value, size_t least)
{
    (void)least;
    return strstr(f->reason, value) != NULL;
}

static inline void fixture_wait_until(struct fixture *f,
    bool (*holds)(const struct fixture *f, const void *value, size_t least), const void *value,
    size_t least)
{
    struct timespec until;
    int rc = 0;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_S;
    pthread_mutex_lock(&f->mutex);
    while (rc == 0 && !holds(f, value, least))
        rc = pthread_cond_timedwait(&f->changed, &f->mutex, &until);
    pthread_mutex_unlock(&f->mutex);
    if (rc != 0)
        fail_msg("waited in vain; last failure: %s", f->reason);
}

static inline void fixture_wait_for(struct fixture *f, const int *value, size_t least)
{
    fixture_wait_until(f, fixture_is_at_least, value, least);
}

static inline int fixture_failures(struct fixture *f)
{
    pthread_mutex_lock(&f->mutex);

    int failures = f->failures;

    pthread_mutex_unlock(&f->mutex);
    return failures;
}

static inline void fixture_wait_for_messages(struct fixture *f, size_t least)
{
    fixture_wait_until(f, fixture_has_messages, NULL, least);
}

static inline void fixture_wait_for_reason(struct fixture *f, const char *reason)
{
    fixture_wait_until(f, fixture_has_reason, reason, 0);
}

static inline struct mqtt_client *fixture_start(
    struct fixture *f, const struct mqtt_settings *settings)
{
    struct mqtt_client *client = NULL;
    struct err err = {0};

    if (mqtt_client_start(settings, &f->callbacks, &client, &err) < 0)
        fail_msg("%s", err.message);
    return client;
}

// A socket that waits for connections on a free port of the loopback.
static inline int fixture_listen(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 5), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static inline void fixture_reset(int peer)
{
    static const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    assert_int_equal(setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    close(peer);
}

static inline int fixture_set_up_group(void **state)
{
    static const char *const subscriptions[] = {"/a/+", "/b/+/c", NULL};
    struct fixture *f = calloc(1, sizeof *f);
    void *folder = NULL;

    if (f == NULL || scratch_make(&folder) < 0) {
        free(f);
        return -1;
    }
    signal(SIGPIPE, SIG_IGN); // as in the daemon
    *state = f;
    f->folder = folder;
    pthread_mutex_init(&f->mutex, NULL);
    pthread_cond_init(&f->changed, NULL);
    scratch_path(folder, "ca.crt", f->ca);
    scratch_path(folder, "own.crt", f->cert);
    scratch_path(folder, "own.key", f->key);
    f->broker = (struct broker){.folder = folder, .port = broker_free_port()};
    f->settings = (struct mqtt_settings){
        .host = "localhost",
        .port = f->broker.port,
        .ca_file = f->ca,
        .cert_file = f->cert,
        .key_file = f->key,
        .client_id = "test",
        .subscriptions = subscriptions,
    };
    f->callbacks = (struct mqtt_callbacks){
        .on_message = fixture_on_message, .on_connection = fixture_on_connection, .ctx = f};
    return broker_make_certificates(folder);
}

static inline int fixture_tear_down_group(void **state)
{
    struct fixture *f = *state;
    void *folder = f->folder;

    pthread_cond_destroy(&f->changed);
    pthread_mutex_destroy(&f->mutex);
    free(f);
    return scratch_remove(&folder);
}

static inline int fixture_set_up(void **state)
{
    struct fixture *f = *state;

    f->connections = f->failures = 0;
    f->count = 0;
    f->reason[0] = '\0';
    if (broker_shell(f->folder, "cp client.crt own.crt; cp client.key own.key; rm -f broker.log"))
        return -1;
    return broker_start(&f->broker);
}

static inline int fixture_tear_down(void **state)
{
    broker_stop(&((struct fixture *)*state)->broker);
    return 0;
}

#endif
