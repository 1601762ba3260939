// Joins the connection to the broker with the modules.
#include "server/daemon/broker_link.h"

#include <stdio.h>
#include <string.h>

#include "server/base/log.h"
#include "server/ingest/revocation_report.h"
#include "server/model/broker_topic.h"
#include "server/model/homeassistant_topic.h"
#include "server/pki/certificate_facts.h"

#define REASON_SIZE 512
#define KEEP_MS 300 // for what came with QoS 1 to be written, in which nothing else is read

static void take_revocation_report(
    struct broker_link *link, const char *topic, const uint8_t *payload, size_t n)
{
    struct revocation_report report;
    struct err err = {0};

    if (revocation_report_decode(payload, n, &report, &err) == 0)
        revocation_note_broker(
            link->revocation, (uint64_t)report.number, report.disconnected, report.error);
    else
        log_warning("mqtt", "the broker's report cannot be read topic=%s reason=\"%s\"", topic,
            err.message);
}

static void take_certificate_report(
    struct broker_link *link, const char *topic, const uint8_t *payload, size_t n)
{
    (void)topic;
    broker_certificates_take(&link->certificates, payload, n);
}

// What the broker itself says, by its topic.
static const struct {
    const char *topic;
    void (*take)(struct broker_link *link, const char *topic, const uint8_t *payload, size_t n);
} reports[] = {
    {BROKER_TOPIC_REVOCATIONS, take_revocation_report},
    {BROKER_TOPIC_CERTIFICATES, take_certificate_report},
};

static const char *const hears[] = {BROKER_TOPIC_ALL, NULL};

// What was announced before is heard even if nothing is any more: it is to be taken away.
static const char *const overhears[] = {
    HOMEASSISTANT_TOPIC_CONFIGS, HOMEASSISTANT_TOPIC_BIRTH, NULL};

static void receive_message(
    const char *topic, const uint8_t *payload, size_t n, bool retained, void *ctx)
{
    struct broker_link *link = ctx;

    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
        if (strcmp(topic, reports[i].topic) == 0) {
            if (!retained) // the plugin retains none: it is somebody else's
                reports[i].take(link, topic, payload, n);
            return;
        }
    }
    if (strcmp(topic, BROKER_TOPIC_ORDERS) == 0 && retained) // likewise
        return;
    if (homeassistant_drive_hear(link->homeassistant, topic, payload, n))
        return;
    if (n == 0 && !retained && retained_sweep_hear(link->sweep, topic))
        return;
    ingest_message(link->ingest, topic, payload, n, retained);
}

// Why there is no connection, where the reason that libmosquitto has is not all.
static const char *explain(
    const struct broker_link *link, const char *reason, char text[REASON_SIZE])
{
    struct api_certificates certificates;

    certificate_watch_read(link->watch, &certificates);
    if (!revocation_has_serial(link->revocation, certificates.server_serial))
        return reason;
    snprintf(text, REASON_SIZE,
        "this daemon's certificate, serial %s, is revoked, and the broker disconnects it: issue "
        "another with 'secureesp pki server', and reload (%.128s)",
        certificates.server_serial, reason);
    return text;
}

static void note_connection(bool connected, const char *reason, void *ctx)
{
    const struct broker_link *link = ctx;
    char text[REASON_SIZE];

    ingest_note_connection(link->ingest, connected);
    revocation_note_connection(link->revocation, connected);
    if (connected)
        retained_sweep_note_connected(link->sweep);
    homeassistant_drive_note_connection(link->homeassistant, connected);
    broker_state_set(link->state, connected, connected ? reason : explain(link, reason, text));
}

static void note_broker(const uint8_t *der, size_t n, void *ctx)
{
    const struct broker_link *link = ctx;
    struct certificate *certificate;
    struct certificate_facts facts;

    certificate_watch_note_broker(link->watch, der, n);
    rotation_watch_note_broker(link->certificates.rotation, der, n);
    if (certificate_from_der(der, n, &certificate, NULL) < 0)
        return;
    if (certificate_facts_of(certificate, &facts, NULL) == 0)
        revocation_note_file(link->revocation, &facts);
    certificate_free(certificate);
}

static bool keep(void *ctx)
{
    const struct broker_link *link = ctx;

    return store_flush(link->store, KEEP_MS) == 0; // the store's own line says why not
}

static void note_fault(enum mqtt_fault fault, const char *text, void *ctx)
{
    const struct broker_link *link = ctx;

    broker_state_set_fault(link->state, fault, text);
}

static int keep_message(const char *topic, const void *payload, size_t n, void *ctx)
{
    const struct broker_link *link = ctx;

    return mqtt_client_retain(link->mqtt, topic, payload, n);
}

static int make_homeassistant(
    struct broker_link *link, const struct config *config, struct err *err)
{
    struct homeassistant_drive_settings settings = {
        .store = link->store,
        .release = link->release,
        .is_on = config->homeassistant_enabled != 0,
        .per_second = config->homeassistant_per_second,
        .publish = keep_message,
        .ctx = link,
    };

    return homeassistant_drive_new(&settings, &link->homeassistant, err);
}

int broker_link_start(struct broker_link *link, const struct config *config,
    struct mqtt_client **out, struct err *err)
{
    struct mqtt_settings settings = {
        .host = config->mqtt_host,
        .port = config->mqtt_port,
        .ca_file = config->ca,
        .cert_file = config->certificate,
        .key_file = config->key,
        .client_id = config->mqtt_client_id,
        .subscriptions = ingest_subscriptions(),
        .hears = hears,
        .overhears = overhears,
        .probe_name = "probe",
        .publishes = "/command/+/+",
        .forbidden = "/status/forbidden",
        .will = config->homeassistant_enabled ? HOMEASSISTANT_TOPIC_DAEMON : NULL,
        .told = BROKER_TOPIC_REVOCATIONS,
    };
    struct mqtt_callbacks callbacks = {
        .on_message = receive_message,
        .on_connection = note_connection,
        .on_broker = note_broker,
        .on_fault = note_fault,
        .on_receipt = keep,
        .ctx = link,
    };

    int rc = make_homeassistant(link, config, err);

    if (rc == 0)
        rc = mqtt_client_start(&settings, &callbacks, &link->mqtt, err);
    if (rc < 0)
        return rc;
    *out = link->mqtt;
    return homeassistant_drive_start(link->homeassistant, err);
}

void broker_link_stop(struct broker_link *link)
{
    homeassistant_drive_stop(link->homeassistant); // and says goodbye
    mqtt_client_free(link->mqtt);                  // which tells the next one, until then
    homeassistant_drive_free(link->homeassistant);
}
