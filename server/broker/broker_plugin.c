// The plugin as mosquitto 2.0 sees it (mosquitto_broker.h, mosquitto_plugin.h): its events become
// questions to the gate. All on the broker's one thread.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// All else is hidden: what the broker has under the same names stays its own.
#pragma GCC visibility push(default)
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#pragma GCC visibility pop

#include "server/base/escape.h"
#include "server/base/pace.h"
#include "server/broker/broker_options.h"
#include "server/broker/gate.h"
#include "server/broker/gate_access.h"
#include "server/broker/gate_traffic.h"
#include "server/broker/tls_door.h"
#include "server/pki/foreign_x509.h"

#define VERSION 5 // of the plugin interface
#define NO_TICK_PACE_MS 10000
#define NO_CERTIFICATE_PACE_MS 1000

struct plugin {
    struct broker_options options;
    struct gate *gate;
    mosquitto_plugin_id_t *id;
    bool is_reloading; // until it ticks or reads: the broker asks about each session that it has
    bool has_door;     // is the one that tls_door.h asks
    bool has_ticked;   // as it does before anybody can connect
    struct pace no_tick;
    struct pace no_certificate;
};

// --- what the gate has the broker do

static void end_connections(const char *name, bool with_will, void *ctx)
{
    (void)ctx;
    mosquitto_kick_client_by_username(name, with_will);
}

// With its will: without, mosquitto would end an offline session twice, and use freed memory.
static void end_session(const char *client_id, void *ctx)
{
    (void)ctx;
    mosquitto_kick_client_by_clientid(client_id, true);
}

// mosquitto counts as freed what it has not counted as taken, if it copies the text itself
// (mosquitto_broker_publish_copy()): below zero by that, its memory_limit would refuse everybody.
static void publish(const char *topic, const char *payload, void *ctx)
{
    size_t n = strlen(payload);
    void *copy = mosquitto_malloc(n);

    (void)ctx;
    if (copy == NULL || mosquitto_broker_publish(NULL, topic, (int)n, memcpy(copy, payload, n), 1,
                            false, NULL) != MOSQ_ERR_SUCCESS) {
        mosquitto_free(copy);
        mosquitto_log_printf(MOSQ_LOG_WARNING, "secureesp: a report could not be published");
    }
}

static void log_text(int level, const char *what, const char *text)
{
    size_t size;
    char *escaped = escape_text(text, &size);

    mosquitto_log_printf(level, "secureesp: %s%s", what, escaped != NULL ? escaped : "no memory");
    free(escaped);
}

// Who was refused, and why.
static void log_client(const char *what, const struct mosquitto *client, const struct err *err)
{
    char text[ERR_MESSAGE_SIZE + 128];
    const char *address = mosquitto_client_address(client);

    snprintf(
        text, sizeof text, "%s (from %s)", err->message, address != NULL ? address : "nowhere");
    log_text(MOSQ_LOG_NOTICE, what, text);
}

static void note(const char *text, void *ctx)
{
    (void)ctx;
    log_text(MOSQ_LOG_WARNING, "", text);
}

static const struct gate_effects effects = {end_connections, end_session, publish, note};

// --- events

// Its certificate as DER, or NULL.
static uint8_t *certificate_of(const struct mosquitto *client, size_t *n)
{
    uint8_t *der;
    void *x509 = mosquitto_client_certificate(client);

    return x509 != NULL && foreign_x509_to_der(x509, &der, n) == 0 ? der : NULL;
}

static bool is_connected(const struct mosquitto *client)
{
    void *x509 = mosquitto_client_certificate(client);

    foreign_x509_free(x509);
    return x509 != NULL;
}

// mosquitto before 2.0.15 gives no ticks with per_listener_settings: nobody would be parted with
// who is shut out from now on, and the daemon would hear nothing.
static bool has_time(struct plugin *plugin)
{
    if (!plugin->has_ticked && pace_is_due(&plugin->no_tick, NO_TICK_PACE_MS))
        log_text(MOSQ_LOG_ERR, "nobody is let in: the broker does not call the plugin regularly; ",
            "set per_listener_settings false, and restart it");
    return plugin->has_ticked;
}

static int connect_client(
    struct plugin *plugin, struct mosquitto *client, const uint8_t *der, size_t n)
{
    struct err err = {0};
    const char *name;
    const char *client_id = mosquitto_client_id(client);
    // What MQTT 5 says of the session's end is not shown to us.
    bool keeps_session = !mosquitto_client_clean_session(client) ||
                         mosquitto_client_protocol_version(client) == MQTT_PROTOCOL_V5;
    // Nor does the broker save a session that began clean, however long it is to last.
    struct gate_connect connect = {
        der, n, client_id, keeps_session, !mosquitto_client_clean_session(client)};

    if (client_id == NULL || !has_time(plugin))
        return MOSQ_ERR_AUTH;
    if (gate_connect(plugin->gate, &connect, &name, &err) < 0) {
        if (der != NULL || pace_is_due(&plugin->no_certificate, NO_CERTIFICATE_PACE_MS))
            log_client("refused a client: ", client, &err);
        return MOSQ_ERR_AUTH;
    }
    if (mosquitto_set_username(client, name) != MOSQ_ERR_SUCCESS) {
        gate_disconnect(plugin->gate, name);
        return MOSQ_ERR_AUTH;
    }
    return MOSQ_ERR_SUCCESS;
}

// The broker has read its configuration again. A session without a connection stays: mosquitto
// would end it once more, and use its memory after that. If it gives no ticks nobody was let in:
// who has an address comes now, and shows no certificate.
static int keep_client(
    struct plugin *plugin, const struct mosquitto *client, const uint8_t *der, size_t n)
{
    struct err err = {0};

    if (der == NULL) // or no memory
        return is_connected(client) ||
                       (!plugin->has_ticked && mosquitto_client_address(client) != NULL)
                   ? MOSQ_ERR_AUTH
                   : MOSQ_ERR_SUCCESS;
    if (gate_stay(plugin->gate, der, n, mosquitto_client_username(client), &err) == 0)
        return MOSQ_ERR_SUCCESS;
    log_client("a client may not stay: ", client, &err);
    return MOSQ_ERR_AUTH;
}

static int on_basic_auth(int event, void *data, void *ctx)
{
    struct mosquitto_evt_basic_auth *auth = data;
    struct plugin *plugin = ctx;
    size_t n = 0;
    uint8_t *der;
    int rc;

    (void)event;
    // WebSockets, which show no certificate, are served between reading anew and the next tick.
    if (mosquitto_client_protocol(auth->client) != mp_mqtt)
        return MOSQ_ERR_AUTH;
    der = certificate_of(auth->client, &n);
    rc = plugin->is_reloading ? keep_client(plugin, auth->client, der, n)
                              : connect_client(plugin, auth->client, der, n);
    free(der);
    return rc;
}

// MQTT 5's own ways to say who one is are no way past the certificate.
static int on_extended_auth(int event, void *data, void *ctx)
{
    (void)event;
    (void)data;
    (void)ctx;
    return MOSQ_ERR_AUTH;
}

static bool allows(struct plugin *plugin, const struct mosquitto_evt_acl_check *check)
{
    const char *name = mosquitto_client_username(check->client);
    struct gate_message message = {
        check->topic, check->payloadlen, check->qos, check->retain, false};

    switch (check->access) {
    case MOSQ_ACL_SUBSCRIBE:
        return gate_access_subscribe(
            plugin->gate, name, check->topic, mosquitto_client_sub_count(check->client));
    case MOSQ_ACL_UNSUBSCRIBE: return true;
    case MOSQ_ACL_WRITE: return gate_access_write(plugin->gate, name, &message);
    case MOSQ_ACL_READ:
        return gate_access_read(
            plugin->gate, name, &message, check->qos == 0 || is_connected(check->client));
    default: return false;
    }
}

static int on_acl_check(int event, void *data, void *ctx)
{
    (void)event;
    return allows(ctx, data) ? MOSQ_ERR_SUCCESS : MOSQ_ERR_ACL_DENIED;
}

// After on_acl_check(), for what is said now: neither wills nor what the broker asks for itself.
static int on_message(int event, void *data, void *ctx)
{
    const struct mosquitto_evt_message *event_data = data;
    struct plugin *plugin = ctx;
    struct gate_message message = {event_data->topic, event_data->payloadlen, event_data->qos,
        event_data->retain, event_data->properties != NULL};

    (void)event;
    return gate_access_take(plugin->gate, mosquitto_client_username(event_data->client), &message)
               ? MOSQ_ERR_SUCCESS
               : MOSQ_ERR_ACL_DENIED;
}

static int on_disconnect(int event, void *data, void *ctx)
{
    const struct mosquitto_evt_disconnect *event_data = data;
    struct plugin *plugin = ctx;
    const char *name = mosquitto_client_username(event_data->client);

    (void)event;
    // Who was refused has lost its identifier; its user name is what it said itself. A session that
    // had no connection ends so, too, when the next connection takes it over.
    if (name != NULL && mosquitto_client_id(event_data->client) != NULL &&
        is_connected(event_data->client))
        gate_disconnect(plugin->gate, name);
    return MOSQ_ERR_SUCCESS;
}

static int on_reload(int event, void *data, void *ctx)
{
    struct plugin *plugin = ctx;

    (void)event;
    (void)data;
    plugin->is_reloading = true;
    return MOSQ_ERR_SUCCESS;
}

static int on_tick(int event, void *data, void *ctx)
{
    struct plugin *plugin = ctx;

    (void)event;
    (void)data;
    plugin->is_reloading = false;
    plugin->has_ticked = true;
    gate_tick(plugin->gate);
    return MOSQ_ERR_SUCCESS;
}

// Before the broker reads anything. It does so only once it has asked about all that it has: who
// asks then is new, also if the broker never ticks.
static void *begin(const uint8_t *der, size_t n, void *ctx)
{
    struct plugin *plugin = ctx;

    plugin->is_reloading = false;
    return gate_traffic_begin(plugin->gate, der, n);
}

static bool take(void *who, size_t n, void *ctx)
{
    struct plugin *plugin = ctx;

    plugin->is_reloading = false;
    return gate_traffic_take(plugin->gate, who, n);
}

static const struct tls_door_calls door_calls = {begin, take};

static const struct {
    int event;
    MOSQ_FUNC_generic_callback call;
} callbacks[] = {
    {MOSQ_EVT_BASIC_AUTH, on_basic_auth},
    {MOSQ_EVT_EXT_AUTH_START, on_extended_auth},
    {MOSQ_EVT_EXT_AUTH_CONTINUE, on_extended_auth},
    {MOSQ_EVT_ACL_CHECK, on_acl_check},
    {MOSQ_EVT_MESSAGE, on_message},
    {MOSQ_EVT_DISCONNECT, on_disconnect},
    {MOSQ_EVT_RELOAD, on_reload},
    {MOSQ_EVT_TICK, on_tick},
};
#define CALLBACKS (sizeof callbacks / sizeof callbacks[0])

// --- start and end

static void plugin_free(struct plugin *plugin)
{
    if (plugin == NULL)
        return;
    if (plugin->has_door)
        tls_door_close();
    gate_free(plugin->gate);
    broker_options_clear(&plugin->options);
    free(plugin);
}

static int configure(
    struct plugin *plugin, const struct mosquitto_opt *options, int count, struct err *err)
{
    int rc = broker_options_init(&plugin->options);

    for (int i = 0; i < count && rc == 0; i++)
        rc = broker_options_set(&plugin->options, options[i].key, options[i].value, err);
    if (rc == 0)
        rc = broker_options_check(&plugin->options, err);
    if (rc < 0)
        return rc;
    if (plugin->options.sessions == NULL)
        mosquitto_log_printf(MOSQ_LOG_WARNING,
            "secureesp: plugin_opt_sessions is missing: after a restart of the broker, others may "
            "take over the client identifiers of waiting sessions");

    struct gate_config config = {plugin->options.ca_file, plugin->options.revocations,
        plugin->options.sessions, plugin->options.daemon, plugin->options.table,
        plugin->options.limits};

    rc = tls_door_open(&door_calls, plugin, err);
    if (rc == ERR_CONFLICT)
        err_context(err, "the plugin is loaded twice: it serves all listeners, so load it only "
                         "once, without per_listener_settings");
    plugin->has_door = rc == 0;
    return rc < 0 ? rc : gate_new(&config, &effects, plugin, &plugin->gate, err);
}

int mosquitto_plugin_version(int count, const int *versions)
{
    for (int i = 0; i < count; i++) {
        if (versions[i] == VERSION)
            return VERSION;
    }
    return -1;
}

int mosquitto_plugin_init(mosquitto_plugin_id_t *identifier, void **userdata,
    struct mosquitto_opt *options, int option_count)
{
    struct err err = {0};
    struct plugin *plugin = calloc(1, sizeof *plugin);
    int rc = MOSQ_ERR_SUCCESS;

    if (plugin == NULL)
        return MOSQ_ERR_NOMEM;
    plugin->id = identifier;
    if (configure(plugin, options, option_count, &err) < 0) {
        log_text(MOSQ_LOG_ERR, "", err.message);
        plugin_free(plugin);
        return MOSQ_ERR_UNKNOWN;
    }
    for (size_t i = 0; i < CALLBACKS && rc == MOSQ_ERR_SUCCESS; i++)
        rc = mosquitto_callback_register(
            identifier, callbacks[i].event, callbacks[i].call, NULL, plugin);
    if (rc != MOSQ_ERR_SUCCESS) {
        mosquitto_log_printf(MOSQ_LOG_ERR, "secureesp: the broker refuses the plugin's callbacks");
        plugin_free(plugin);
        return rc;
    }
    *userdata = plugin;
    return MOSQ_ERR_SUCCESS;
}

int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options, int option_count)
{
    struct plugin *plugin = userdata;

    (void)options;
    (void)option_count;
    if (plugin == NULL)
        return MOSQ_ERR_SUCCESS;
    for (size_t i = 0; i < CALLBACKS; i++)
        mosquitto_callback_unregister(plugin->id, callbacks[i].event, callbacks[i].call, NULL);
    plugin_free(plugin);
    return MOSQ_ERR_SUCCESS;
}
