// What is known of the connection to the broker.
#include "server/daemon/broker_state.h"

#include <stdio.h>

#include "server/base/clock.h"
#include "server/base/log.h"

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
    broker->connected = connected;
    state->since_ms = clock_unstepped_ms();
    snprintf(broker->error, sizeof broker->error, "%s", connected ? "" : reason);
    pthread_mutex_unlock(&state->lock);
    if (connected)
        log_info("mqtt", "connected host=%s port=%u", broker->host, broker->port);
    else
        log_warning("mqtt", "not connected host=%s port=%u reason=\"%s\"", broker->host,
            broker->port, reason);
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
