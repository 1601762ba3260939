// Who is shut out: revoke, readmit, and how it stands.
#include "server/api/api_revocation.h"

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_certificate.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/base/clock.h"
#include "server/store/certificate_store.h"
#include "server/store/revocation_store.h"

static json_t *time_json(int64_t time_ms)
{
    return time_ms != 0 ? json_integer(time_ms) : json_null();
}

static json_t *count_json(size_t count)
{
    return json_integer((json_int_t)count);
}

static json_t *broker_json(const struct revocation_outcome *outcome)
{
    bool applied = outcome->broker_applied;
    json_t *object = json_object();

    api_json_set(&object, "applied", json_boolean(applied));
    api_json_set(
        &object, "after_ms", applied ? json_integer(outcome->broker_after_ms) : json_null());
    api_json_set(&object, "ended", applied ? json_integer(outcome->broker_ended) : json_null());
    api_json_set(&object, "reason", api_json_text(outcome->broker_reason));
    return object;
}

void api_revocation_send(
    struct http_response *response, json_t *object, const struct revocation_outcome *outcome)
{
    json_t *download = json_object();

    api_json_set(&download, "after_ms", json_integer(outcome->download_after_ms));
    api_json_set(&download, "ended", count_json(outcome->download_ended));
    api_json_set(&object, "changed", json_boolean(outcome->changed));
    api_json_set(&object, "certificates", count_json(outcome->certificates));
    api_json_set(&object, "commands", count_json(outcome->commands));
    api_json_set(&object, "number", json_integer((json_int_t)outcome->number));
    api_json_set(&object, "download_server", download);
    api_json_set(&object, "broker", broker_json(outcome));
    api_json_send(response, outcome->broker_applied ? 200 : 202, object);
}

static json_t *revocation_json(const struct device_revocation *revocation)
{
    json_t *object = json_object();

    api_json_set(&object, "revoked_at_ms", time_json(revocation->revoked_at_ms));
    api_json_set(&object, "reason", api_json_text(revocation->reason));
    api_json_set(&object, "readmitted_at_ms", time_json(revocation->readmitted_at_ms));
    api_json_set(&object, "before_ms", time_json(revocation->before_ms));
    return object;
}

static void send_device(
    struct http_response *response, const char *mac, const struct revocation_outcome *outcome)
{
    const struct device_revocation *now = &outcome->now;
    json_t *object = json_object();

    api_json_set(&object, "mac", json_string(mac));
    api_json_set(
        &object, "revoked", json_boolean(now->revoked_at_ms != 0 && now->readmitted_at_ms == 0));
    api_json_set(&object, "reported", json_boolean(outcome->reported));
    api_json_set(
        &object, "revocation", now->revoked_at_ms != 0 ? revocation_json(now) : json_null());
    api_revocation_send(response, object, outcome);
}

void api_revocation_revoke(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const char *reason = http_request_query(request, "reason");
    char mac[MAC_SIZE];
    struct audit_author by;
    struct revocation_wish wish = {
        mac, reason != NULL ? reason : REVOCATION_REASON_USUAL, false, &by};
    struct revocation_outcome outcome;
    struct err err = {0};
    int rc = api_members_read_mac(http_request_segment(request, 0), mac, &err);

    api_author_of(request, &by);
    if (rc == 0)
        rc = revocation_revoke_device(api->revocation, &wish, &outcome, &err);
    if (rc == 0)
        send_device(response, mac, &outcome);
    else
        api_json_refuse(response, &err);
}

void api_revocation_readmit(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    char mac[MAC_SIZE];
    struct revocation_outcome outcome;
    struct audit_author by;
    struct err err = {0};
    int rc = api_members_read_mac(http_request_segment(request, 0), mac, &err);

    api_author_of(request, &by);
    if (rc == 0)
        rc = revocation_readmit_device(api->revocation, &by, mac, &outcome, &err);
    if (rc == 0)
        send_device(response, mac, &outcome);
    else
        api_json_refuse(response, &err);
}

// The certificates of a device, under way.
struct certificates {
    json_t *list;
    const struct device_revocation *revocation; // of the device; NULL if it never was
    int64_t now_ms;
};

static int append_certificate(const struct certificate_record *record, void *ctx)
{
    struct certificates *certificates = ctx;
    struct certificate_standing standing =
        certificate_record_standing(record, certificates->revocation, certificates->now_ms);

    api_json_append(&certificates->list, api_certificate_json(record, &standing));
    return certificates->list != NULL ? 0 : ERR_NO_MEMORY;
}

int api_revocation_explain(
    struct store_connection *connection, const char *mac, int rc, struct err *err)
{
    struct device_revocation revocation;

    if (rc != ERR_NOT_FOUND || revocation_store_get(connection, mac, &revocation, NULL) < 0 ||
        revocation.readmitted_at_ms != 0)
        return rc;
    return err_set(err, rc,
        "device %s is forgotten, but still revoked; 'secureesp devices readmit %s' lets it in "
        "again",
        mac, mac);
}

int api_revocation_add_to(
    struct store_connection *connection, const char *mac, json_t **device, struct err *err)
{
    struct device_revocation revocation;
    int found = revocation_store_get(connection, mac, &revocation, err);
    struct certificates certificates = {
        json_array(), found == 0 ? &revocation : NULL, clock_system_ms()};
    int rc = found == ERR_NOT_FOUND ? 0 : found;

    if (rc == 0)
        rc = certificate_store_each_of(connection, mac, append_certificate, &certificates, err);
    api_json_set(device, "revocation", found == 0 ? revocation_json(&revocation) : json_null());
    api_json_set(device, "certificates", certificates.list);
    return rc;
}

json_t *api_revocation_state(struct revocation *revocation)
{
    struct revocation_state state;
    json_t *object = json_object();
    json_t *broker = json_object();

    revocation_read(revocation, &state);
    api_json_set(&broker, "number",
        state.broker_knows ? json_integer((json_int_t)state.broker_number) : json_null());
    api_json_set(
        &broker, "at_ms", state.broker_knows ? time_json(state.broker_at_ms) : json_null());
    api_json_set(&broker, "error", api_json_text(state.broker_error));
    api_json_set(&object, "number", json_integer((json_int_t)state.number));
    api_json_set(&object, "entries", count_json(state.entries));
    api_json_set(&object, "fault", api_json_text(state.fault));
    api_json_set(&object, "at_start", api_json_text(state.start_note));
    api_json_set(&object, "broker", broker);
    return object;
}
