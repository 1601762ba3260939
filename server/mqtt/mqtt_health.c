// What is wrong with a connection that seems good.
#include "server/mqtt/mqtt_health.h"

#include <stdio.h>

#include "server/base/clock.h"

#define TEXT_SIZE 512

void mqtt_health_init(struct mqtt_health *health, const struct mqtt_settings *settings,
    const struct mqtt_callbacks *callbacks)
{
    *health = (struct mqtt_health){.settings = settings, .callbacks = callbacks};

    const struct mqtt_probe_plan plan = {
        .filters = settings->subscriptions,
        .publishes = settings->publishes,
        .name = settings->probe_name,
        .forbidden = settings->forbidden,
        .told = settings->told,
    };

    if (settings->probe_name != NULL)
        health->probed = mqtt_probe_init(&health->probe, &plan);
}

void mqtt_health_begin(struct mqtt_health *health)
{
    mqtt_probe_reset(&health->probe);
    mqtt_rivalry_note_connected(&health->rivalry, clock_monotonic_ms());
}

bool mqtt_health_hear(struct mqtt_health *health, const char *topic)
{
    return mqtt_probe_hear(&health->probe, topic, clock_monotonic_ms());
}

static void tell(struct mqtt_health *health, enum mqtt_fault fault, const char *text)
{
    if (health->callbacks->on_fault != NULL)
        health->callbacks->on_fault(fault, text, health->callbacks->ctx);
}

void mqtt_health_tend(struct mqtt_health *health, struct mosquitto *mosq)
{
    struct mqtt_probe *probe = &health->probe;
    int64_t now = clock_monotonic_ms();
    char text[MQTT_PROBE_TEXT_SIZE];

    if (mqtt_probe_is_due(probe, now)) {
        for (size_t i = 0; i < probe->count; i++) { // one that is not sent is not heard either
            if (probe->paths[i].kind != MQTT_PROBE_TOLD)
                (void)mosquitto_publish(mosq, NULL, probe->paths[i].topic, 0, NULL, 1, false);
        }
    }
    if (mqtt_probe_has_ended(probe, now)) {
        mqtt_probe_describe(probe, health->settings->cert_file, text);
        tell(health, text[0] != '\0' ? MQTT_FAULT_RULES : MQTT_FAULT_NO_RULES, text);
    }
    if (mqtt_rivalry_is_over(&health->rivalry, now))
        tell(health, MQTT_FAULT_NO_RIVAL, "");
}

void mqtt_health_end(struct mqtt_health *health, bool was_connected, bool by_broker)
{
    char text[TEXT_SIZE];

    mqtt_rivalry_note_end(&health->rivalry, was_connected, by_broker, clock_monotonic_ms());
    if (!mqtt_rivalry_is_likely(&health->rivalry))
        return;
    snprintf(text, sizeof text,
        "another client uses the client identifier %s, or the common name of %s where the broker "
        "takes that for it: find its address in the broker's log, stop it or give it another",
        health->settings->client_id, health->settings->cert_file);
    tell(health, MQTT_FAULT_RIVAL, text);
}
