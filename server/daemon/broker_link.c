// Joins the connection to the broker with the modules.
#include "server/daemon/broker_link.h"

static void receive_message(
    const char *topic, const uint8_t *payload, size_t n, bool retained, void *ctx)
{
    const struct broker_link *link = ctx;

    ingest_message(link->ingest, topic, payload, n, retained);
}

static void note_connection(bool connected, const char *reason, void *ctx)
{
    const struct broker_link *link = ctx;

    ingest_note_connection(link->ingest, connected);
    broker_state_set(link->state, connected, reason);
}

static void note_broker(const uint8_t *der, size_t n, void *ctx)
{
    const struct broker_link *link = ctx;

    certificate_watch_note_broker(link->watch, der, n);
}

static void note_fault(enum mqtt_fault fault, const char *text, void *ctx)
{
    const struct broker_link *link = ctx;

    broker_state_set_fault(link->state, fault, text);
}

int broker_link_start(struct broker_link *link, const struct config *config,
    struct mqtt_client **out, struct err *err)
{
    static const char *const reports[] = {"/broker/#", NULL}; // of its plugin
    struct mqtt_settings settings = {
        .host = config->mqtt_host,
        .port = config->mqtt_port,
        .ca_file = config->ca,
        .cert_file = config->certificate,
        .key_file = config->key,
        .client_id = config->mqtt_client_id,
        .subscriptions = ingest_subscriptions(),
        .hears = reports,
        .probe_name = "probe",
        .publishes = "/command/+/+",
        .forbidden = "/status/forbidden",
        .told = "/broker/revocations",
    };
    struct mqtt_callbacks callbacks = {
        .on_message = receive_message,
        .on_connection = note_connection,
        .on_broker = note_broker,
        .on_fault = note_fault,
        .ctx = link,
    };

    return mqtt_client_start(&settings, &callbacks, out, err);
}
