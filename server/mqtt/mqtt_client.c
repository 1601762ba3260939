// The connection to the broker, on libmosquitto.
#include "server/mqtt/mqtt_client.h"

#include <mosquitto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "server/base/clock.h"
#include "server/mqtt/mqtt_delay.h"
#include "server/mqtt/mqtt_files.h"
#include "server/mqtt/mqtt_handle.h"
#include "server/mqtt/mqtt_health.h"
#include "server/mqtt/mqtt_receipt.h"
#include "server/mqtt/mqtt_shared.h"
#include "server/mqtt/mqtt_subscriptions.h"
#include "server/mqtt/mqtt_tls_note.h"

#define POLL_MS 1000    // the keep-alive is looked at this often
#define GOODBYE_MS 2000 // to tell the broker
#define STOP_S 5        // then a thread that hangs in a connection attempt is left to itself
#define REASON_SIZE 512

// Each connection has a libmosquitto client of its own. One that lives on would keep its TLS
// context, and with it the CA once read; and it would send what was under way when a connection
// broke at the next, when nobody may want it any more.
struct mqtt_client {
    struct mqtt_settings settings;
    struct mqtt_callbacks callbacks;
    pthread_t thread;
    struct mqtt_shared shared;

    // Of the thread alone:
    struct mqtt_subscriptions subscriptions;
    char reason[REASON_SIZE]; // why the connection failed, the first that was said
    struct mqtt_health health;
    struct mqtt_receipt receipt;
    struct mqtt_tls_note note; // of the present connection
};

static void note_reason(struct mqtt_client *client, const char *reason)
{
    if (client->reason[0] == '\0')
        snprintf(client->reason, sizeof client->reason, "%s", reason);
}

static bool is_stopping(struct mqtt_client *client)
{
    return mqtt_shared_is_stopping(&client->shared);
}

static bool is_connected(struct mqtt_client *client)
{
    return mqtt_shared_is_connected(&client->shared);
}

static void tell(struct mqtt_client *client, bool connected, const char *reason)
{
    if (is_stopping(client))
        return;
    client->callbacks.on_connection(connected, reason, client->callbacks.ctx);
}

static void set_connected(struct mqtt_client *client)
{
    char reason[REASON_SIZE];

    mqtt_shared_set_connected(&client->shared);
    snprintf(reason, sizeof reason, "connected to %s port %u", client->settings.host,
        client->settings.port);
    tell(client, true, reason);
}

static void tell_broker(const struct mqtt_client *client, struct mosquitto *mosq)
{
    const struct mqtt_callbacks *callbacks = &client->callbacks;
    size_t n = 0;
    uint8_t *der = callbacks->on_broker != NULL ? mqtt_handle_peer(mosq, &n) : NULL;

    if (der != NULL)
        callbacks->on_broker(der, n, callbacks->ctx);
    free(der);
}

static void on_connect(struct mosquitto *mosq, void *ctx, int code)
{
    struct mqtt_client *client = ctx;

    if (code != 0) {
        note_reason(client, mqtt_handle_refusal(code));
        return;
    }
    if (is_stopping(client)) // the settings may be gone
        return;
    tell_broker(client, mosq);
    mqtt_health_begin(&client->health);
    mqtt_subscriptions_make(&client->subscriptions, mosq, &client->settings, client->health.probed);
    if (client->subscriptions.failed != 0)
        note_reason(client, mosquitto_strerror(client->subscriptions.failed));
    if (client->subscriptions.unconfirmed == 0)
        set_connected(client);
}

static void on_subscribe(struct mosquitto *mosq, void *ctx, int mid, int count, const int *granted)
{
    struct mqtt_client *client = ctx;
    bool awaited = client->subscriptions.unconfirmed > 0;

    (void)mosq;
    if (mqtt_subscriptions_confirm(&client->subscriptions, mid, count, granted))
        note_reason(client, "the broker refuses a subscription: it must accept this client's "
                            "certificate as the daemon's, and run the plugin of this version");
    if (awaited && client->subscriptions.unconfirmed == 0 && client->reason[0] == '\0')
        set_connected(client);
}

static void on_message(struct mosquitto *mosq, void *ctx, const struct mosquitto_message *message)
{
    static const uint8_t nothing[1] = {0};
    struct mqtt_client *client = ctx;
    const uint8_t *payload = message->payload != NULL ? message->payload : nothing;

    (void)mosq;
    if (message->topic == NULL || mqtt_health_hear(&client->health, message->topic))
        return;
    if (message->payloadlen < 0)
        return;
    client->callbacks.on_message(message->topic, payload, (size_t)message->payloadlen,
        message->retain, client->callbacks.ctx);
    if (message->qos > 0)
        mqtt_receipt_note(&client->receipt, clock_monotonic_ms());
}

// Also called on a thread that publishes.
static void on_log(struct mosquitto *mosq, void *ctx, int level, const char *text)
{
    struct mqtt_client *client = ctx;

    (void)mosq;
    if (level == MOSQ_LOG_ERR && pthread_equal(pthread_self(), client->thread))
        note_reason(client, text);
}

static void note_code(struct mqtt_client *client, int code)
{
    if (client->reason[0] == '\0')
        mqtt_handle_describe(code, client->reason, sizeof client->reason);
}

static struct mosquitto *make(struct mqtt_client *client)
{
    struct mosquitto *mosq = NULL;
    int rc = mqtt_handle_new(&client->settings, client, &mosq);

    if (rc != MOSQ_ERR_SUCCESS) {
        note_code(client, rc);
        return NULL;
    }
    mosquitto_connect_callback_set(mosq, on_connect);
    mosquitto_subscribe_callback_set(mosq, on_subscribe);
    mosquitto_message_callback_set(mosq, on_message);
    mosquitto_log_callback_set(mosq, on_log);
    return mosq;
}

static int serve(struct mqtt_client *client, struct mosquitto *mosq, int timeout_ms)
{
    int rc = mqtt_handle_read(mosq, client->shared.wake_fd, timeout_ms,
        client->receipt.owed && !client->receipt.given_up);

    if (rc == MOSQ_ERR_SUCCESS &&
        mqtt_receipt_may_write(&client->receipt, &client->callbacks, clock_monotonic_ms()))
        rc = mqtt_handle_write(mosq);
    return rc;
}

// Gives what is still to be sent, and the DISCONNECT behind it, a moment.
static void say_goodbye(struct mqtt_client *client, struct mosquitto *mosq)
{
    int64_t until_ms = clock_monotonic_ms() + GOODBYE_MS;

    if (!is_connected(client) || mosquitto_disconnect(mosq) != MOSQ_ERR_SUCCESS)
        return;
    while (
        clock_monotonic_ms() < until_ms && serve(client, mosq, GOODBYE_MS / 10) == MOSQ_ERR_SUCCESS)
        ;
}

// One connection from beginning to end, if it comes about.
static void run_connection(struct mqtt_client *client)
{
    const struct mqtt_settings *settings = &client->settings;
    struct mosquitto *mosq;

    client->reason[0] = '\0';
    client->note = (struct mqtt_tls_note){0};
    client->receipt = (struct mqtt_receipt){0};
    mosq = make(client);
    if (mosq == NULL)
        return;
    mqtt_shared_set(&client->shared, mosq, true);

    int rc = mqtt_handle_connect(mosq, settings->host, settings->port, &client->note);

    mqtt_shared_set(&client->shared, mosq, false);
    while (rc == MOSQ_ERR_SUCCESS && client->reason[0] == '\0' && !is_stopping(client)) {
        rc = serve(client, mosq, POLL_MS);
        if (rc == MOSQ_ERR_SUCCESS && !is_connected(client) && mqtt_handle_is_reset(mosq)) {
            rc = serve(client, mosq, 0); // what it sent before may say why
            if (rc == MOSQ_ERR_SUCCESS && !is_connected(client))
                rc = MOSQ_ERR_CONN_LOST;
        }
        if (rc == MOSQ_ERR_SUCCESS && is_connected(client) && !is_stopping(client))
            mqtt_health_tend(&client->health, mosq);
    }
    if (rc != MOSQ_ERR_SUCCESS)
        note_code(client, rc);
    else
        say_goodbye(client, mosq);

    bool was_connected = is_connected(client);

    if (!was_connected)
        mqtt_tls_note_append(&client->note, client->reason, sizeof client->reason);
    if (!is_stopping(client))
        mqtt_health_end(&client->health, was_connected, rc != MOSQ_ERR_SUCCESS);

    mqtt_shared_set(&client->shared, NULL, false); // from here on nobody else uses it
    mosquitto_destroy(mosq);
}

static void destroy(struct mqtt_client *client)
{
    mqtt_shared_clear(&client->shared);
    free(client);
}

static void *run(void *ctx)
{
    struct mqtt_client *client = ctx;

    while (!is_stopping(client)) {
        run_connection(client);
        tell(client, false, client->reason);
        if (!is_stopping(client))
            mqtt_delay_wait(client->health.rivalry.failures, client->shared.wake_fd);
    }
    if (mqtt_shared_is_abandoned(&client->shared))
        destroy(client);
    return NULL;
}

int mqtt_client_start(const struct mqtt_settings *settings, const struct mqtt_callbacks *callbacks,
    struct mqtt_client **out, struct err *err)
{
    int rc = mqtt_files_check(settings, err);

    if (rc < 0)
        return rc;
    if (mosquitto_lib_init() != MOSQ_ERR_SUCCESS) // counts; does its work once
        return err_set(err, ERR_NO_MEMORY, "cannot initialise libmosquitto");

    struct mqtt_client *client = calloc(1, sizeof *client);

    if (client == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the connection to the broker");
    if (mqtt_shared_init(&client->shared) < 0) {
        free(client);
        return err_set(err, ERR_NO_MEMORY, "cannot start the connection to the broker");
    }
    client->settings = *settings;
    client->callbacks = *callbacks;
    mqtt_health_init(&client->health, &client->settings, &client->callbacks);
    if (pthread_create(&client->thread, NULL, run, client) != 0) {
        destroy(client);
        return err_set(err, ERR_NO_MEMORY, "cannot start the connection to the broker");
    }
    *out = client;
    return 0;
}

// Waits for the thread, but not for one that hangs in a connection attempt, which the system gives
// up after minutes. That one frees the client itself.
static bool join_or_abandon(struct mqtt_client *client)
{
    pthread_t thread = client->thread;
    struct timespec until;
    bool abandoned = false;

    while (!abandoned) {
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += STOP_S;
        if (pthread_timedjoin_np(thread, NULL, &until) == 0)
            return true;
        abandoned = mqtt_shared_abandon(&client->shared);
    }
    pthread_detach(thread);
    return false;
}

void mqtt_client_free(struct mqtt_client *client)
{
    if (client == NULL)
        return;
    mqtt_shared_stop(&client->shared);
    if (join_or_abandon(client))
        destroy(client);
}

int mqtt_client_reload(struct mqtt_client *client, struct err *err)
{
    int rc = mqtt_files_check(&client->settings, err);

    if (rc == 0)
        mqtt_shared_wake(&client->shared); // the next attempt need not wait
    return rc;
}

int mqtt_client_publish(
    struct mqtt_client *client, const char *topic, const uint8_t *payload, size_t n)
{
    return mqtt_shared_publish(
        &client->shared, &(struct mqtt_shared_message){topic, payload, n, .is_retained = false});
}

int mqtt_client_retain(
    struct mqtt_client *client, const char *topic, const uint8_t *payload, size_t n)
{
    return mqtt_shared_publish(
        &client->shared, &(struct mqtt_shared_message){topic, payload, n, .is_retained = true});
}
