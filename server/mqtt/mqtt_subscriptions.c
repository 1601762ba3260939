// What a client subscribes, and what came of it.
#include "server/mqtt/mqtt_subscriptions.h"

// Returns its message identifier.
static int subscribe(
    struct mqtt_subscriptions *subscriptions, struct mosquitto *mosq, const char *filter, int qos)
{
    int mid = 0;
    int rc = mosquitto_subscribe(mosq, &mid, filter, qos);

    if (rc != MOSQ_ERR_SUCCESS && subscriptions->failed == 0)
        subscriptions->failed = rc;
    subscriptions->unconfirmed++;
    return mid;
}

static void hear(struct mqtt_subscriptions *subscriptions, struct mosquitto *mosq,
    const char *const *filters, int qos)
{
    for (size_t i = 0; filters != NULL && filters[i] != NULL && i < MQTT_CLIENT_HEARS_MAX; i++)
        subscriptions->hears[subscriptions->hears_count++] =
            subscribe(subscriptions, mosq, filters[i], qos);
}

void mqtt_subscriptions_make(struct mqtt_subscriptions *subscriptions, struct mosquitto *mosq,
    const struct mqtt_settings *settings, const char *probed)
{
    *subscriptions = (struct mqtt_subscriptions){0};
    for (size_t i = 0; settings->subscriptions[i] != NULL; i++)
        subscribe(subscriptions, mosq, settings->subscriptions[i], 1);
    if (probed != NULL)
        subscribe(subscriptions, mosq, probed, 1);
    hear(subscriptions, mosq, settings->hears, 1);
    hear(subscriptions, mosq, settings->overhears, 0);
}

static bool may_be_refused(const struct mqtt_subscriptions *subscriptions, int mid)
{
    for (size_t i = 0; i < subscriptions->hears_count; i++) {
        if (subscriptions->hears[i] == mid)
            return true;
    }
    return false;
}

bool mqtt_subscriptions_confirm(
    struct mqtt_subscriptions *subscriptions, int mid, int count, const int *granted)
{
    bool refused = false;

    for (int i = 0; i < count; i++)
        refused |= granted[i] > 2; // MQTT 3.1.1, 3.9.3
    if (subscriptions->unconfirmed > 0)
        subscriptions->unconfirmed--;
    return refused && !may_be_refused(subscriptions, mid);
}
