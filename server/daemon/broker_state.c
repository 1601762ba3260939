// What is known of the connection to the broker.
#include "server/daemon/broker_state.h"

#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/log.h"

#define REMIND_MS 600000

void broker_state_init(struct broker_state *state, const struct config *config)
{
    pthread_mutex_init(&state->lock, NULL);
    state->broker = (struct api_broker){
        .host = config->mqtt_host,
        .port = config->mqtt_port,
        .error = "not connected yet",
    };
    state->since_ms = clock_unstepped_ms();
}

void broker_state_set(struct broker_state *state, bool connected, const char *reason)
{
    struct api_broker *broker = &state->broker;

    pthread_mutex_lock(&state->lock);

    bool is_new = connected || broker->connected || strcmp(broker->error, reason) != 0;

    if (connected || broker->connected)
        state->since_ms = clock_unstepped_ms();
    broker->connected = connected;
    snprintf(broker->error, sizeof broker->error, "%s", connected ? "" : reason);

    bool is_due = pace_is_due(&state->failure_pace, REMIND_MS);

    state->connections += connected;
    state->failures += !connected;
    pthread_mutex_unlock(&state->lock);
    if (connected)
        log_info("mqtt", "connected host=%s port=%u", broker->host, broker->port);
    else if (is_new || is_due)
        log_warning("mqtt", "not connected host=%s port=%u reason=\"%s\"", broker->host,
            broker->port, reason);
}

void broker_state_set_fault(struct broker_state *state, enum mqtt_fault fault, const char *text)
{
    bool is_denial = fault == MQTT_FAULT_RULES || fault == MQTT_FAULT_NO_RULES;
    char *shown = is_denial ? state->denied : state->rival;

    pthread_mutex_lock(&state->lock);

    bool is_new = strcmp(shown, text) != 0;

    snprintf(shown, sizeof state->denied, "%s", text);
    state->denials += fault == MQTT_FAULT_RULES;
    state->rivalries += fault == MQTT_FAULT_RIVAL;
    snprintf(state->broker.fault, sizeof state->broker.fault, "%s",
        state->rival[0] != '\0' ? state->rival : state->denied);

    bool is_due = pace_is_due(&state->paces[is_denial], REMIND_MS);

    pthread_mutex_unlock(&state->lock);
    if (text[0] != '\0' && (is_new || is_due))
        log_error("mqtt", "%s", text);
    else if (is_new)
        log_info("mqtt", "%s",
            is_denial ? "the broker follows the rules now" : "no other client takes our place now");
}

void broker_state_each_counter(struct broker_state *state,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx)
{
    pthread_mutex_lock(&state->lock);
    add("broker_connections", state->connections, add_ctx);
    add("broker_failures", state->failures, add_ctx);
    add("broker_denied", state->denials, add_ctx);
    add("broker_taken_over", state->rivalries, add_ctx);
    pthread_mutex_unlock(&state->lock);
}

void broker_state_read(struct broker_state *state, struct api_broker *out)
{
    pthread_mutex_lock(&state->lock);
    *out = state->broker;
    out->since_ms = state->since_ms + clock_stepped_ms();
    pthread_mutex_unlock(&state->lock);
}

int64_t broker_state_connected_since_ms(struct broker_state *state)
{
    struct api_broker broker;

    broker_state_read(state, &broker);
    return broker.connected ? broker.since_ms : INT64_MAX;
}

void broker_state_clear(struct broker_state *state)
{
    pthread_mutex_destroy(&state->lock);
}
