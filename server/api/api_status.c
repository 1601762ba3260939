// GET /status: the daemon itself.
#include "server/api/api_status.h"

#include "server/api/api.h"
#include "server/api/api_enrolment_window.h"
#include "server/api/api_json.h"
#include "server/api/api_revocation.h"
#include "server/api/api_rollouts.h"
#include "server/base/clock.h"
#include "server/store/alert_store.h"
#include "server/store/device_store.h"
#include "server/store/revocation_store.h"
#include "server/store/store.h"

static void add_counter(const char *name, uint64_t value, void *ctx)
{
    api_json_set(ctx, name, json_integer((json_int_t)value));
}

static json_t *broker_json(const struct api *api)
{
    struct api_broker broker = {0};
    json_t *object = json_object();

    api->read_broker(&broker, api->ctx);
    api_json_set(&object, "connected", json_boolean(broker.connected));
    api_json_set(&object, "host", json_string(broker.host));
    api_json_set(&object, "port", json_integer(broker.port));
    api_json_set(&object, "since_ms", json_integer(broker.since_ms));
    api_json_set(&object, "error", api_json_text(broker.error));
    api_json_set(&object, "fault", api_json_text(broker.fault));
    return object;
}

static json_t *database_json(const struct api *api)
{
    struct store_counters counters;
    json_t *object = json_object();

    store_read_counters(api->store, &counters);
    api_json_set(&object, "fault", api_json_text(counters.fault));
    return object;
}

static json_t *disk_json(const struct api *api)
{
    struct api_disk disk = {0};
    json_t *object = json_object();

    api->read_disk(&disk, api->ctx);
    api_json_set(&object, "low", json_boolean(disk.low));
    api_json_set(&object, "free_bytes", json_integer((json_int_t)disk.free_bytes));
    api_json_set(&object, "kept_free_bytes", json_integer((json_int_t)disk.kept_bytes));
    return object;
}

static json_t *time_json(int64_t time_ms)
{
    return time_ms != 0 ? json_integer(time_ms) : json_null();
}

// Whose certificates are trusted.
static json_t *authorities_json(const struct api *api)
{
    char fingerprints[AUTHORITY_CA_MAX][DIGEST_SHA256_TEXT_SIZE];
    size_t count = device_auth_copy_fingerprints(api->auth, fingerprints);
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_string(fingerprints[i]));
    return array;
}

static json_t *certificates_json(const struct api *api)
{
    struct api_certificates ends = {0};
    json_t *object = json_object();
    json_t *devices = json_object();

    api->read_certificates(&ends, api->ctx);
    api_json_set(&devices, "total", json_integer(ends.devices));
    api_json_set(&devices, "bad", json_integer(ends.devices_bad));
    api_json_set(&devices, "ending", json_integer(ends.devices_ending));
    api_json_set(&devices, "first_mac",
        ends.first_mac[0] != '\0' ? json_string(ends.first_mac) : json_null());
    api_json_set(&devices, "first_not_after_ms", time_json(ends.first_ms));
    api_json_set(&object, "ca_sha256", authorities_json(api));
    api_json_set(&object, "ca_not_after_ms", time_json(ends.ca_ms));
    api_json_set(&object, "server_not_after_ms", time_json(ends.server_ms));
    api_json_set(&object, "server_serial", api_json_text(ends.server_serial));
    api_json_set(&object, "server_revoked",
        json_boolean(revocation_has_serial(api->revocation, ends.server_serial)));
    api_json_set(&object, "broker_not_after_ms", time_json(ends.broker_ms));
    api_json_set(&object, "devices", devices);
    return object;
}

// What those compare who log in from elsewhere.
static json_t *operator_json(const struct api *api)
{
    char pin[KEY_PIN_SIZE];

    api->read_operator_key(pin, api->ctx);
    return pin[0] != '\0' ? json_pack("{ss}", "fingerprint", pin) : json_null();
}

void api_status_show(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct store_connection *connection;
    struct err err = {0};
    int64_t total = 0;
    int64_t online = 0;
    int64_t revoked = 0;
    int64_t alerts = 0;
    json_t *object;
    json_t *counters;
    json_t *enrolment = NULL;
    json_t *rollouts = NULL;
    int rc = store_read_begin(api->store, &connection, &err);

    (void)request;
    if (rc == 0) {
        rc = device_store_count(connection, &total, &online, &err);
        if (rc == 0)
            rc = revocation_store_count(connection, &revoked, &err);
        if (rc == 0)
            rc = alert_store_count(connection, &alerts, &err);
        if (rc == 0)
            rc = api_enrolment_window_state(api, connection, &enrolment, &err);
        if (rc == 0)
            rc = api_rollouts_state(connection, &rollouts, &err);
        store_read_end(api->store, connection);
    }
    if (rc < 0) {
        json_decref(enrolment);
        api_json_refuse(response, &err);
        return;
    }
    object = json_object();
    counters = json_object();
    api->each_counter(add_counter, &counters, api->ctx);
    api_json_set(&object, "version", json_string(SECUREESP_VERSION));
    api_json_set(&object, "started_at_ms", json_integer(api->started_ms + clock_stepped_ms()));
    api_json_set(&object, "broker", broker_json(api));
    api_json_set(&object, "database", database_json(api));
    api_json_set(&object, "disk", disk_json(api));
    api_json_set(&object, "devices",
        json_pack("{sIsIsI}", "total", total, "online", online, "revoked", revoked));
    api_json_set(&object, "revocations", api_revocation_state(api->revocation));
    api_json_set(&object, "certificates", certificates_json(api));
    api_json_set(&object, "operator", operator_json(api));
    api_json_set(&object, "enrolment", enrolment);
    api_json_set(&object, "rollouts", rollouts);
    api_json_set(&object, "alerts", json_integer(alerts));
    api_json_set(&object, "counters", counters);
    api_json_send(response, 200, object);
}
