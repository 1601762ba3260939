// A private key leaves for its device once.
#include "server/download/download_key.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/model/event_kind.h"
#include "server/pki/device_credential.h"
#include "server/store/device_store.h"
#include "server/store/event_store.h"
#include "server/store/key_permit_store.h"

#define REFUSED_INTERVAL_MS INT64_C(3600000)

// A device's request: a store_job's ctx.
struct request {
    const char *mac, *address;
    const char *reason; // why it is refused
};

static int judge(
    struct store_connection *connection, const char *mac, struct key_permit *out, struct err *err)
{
    int rc = key_permit_store_get(connection, mac, out, err);

    if (rc == ERR_NOT_FOUND)
        return err_set(err, ERR_DENIED, "the private key of device %s is not handed out", mac);
    if (rc == 0 && out->fetched_at_ms != 0)
        return err_set(err, ERR_CONFLICT, "the private key of device %s was fetched already", mac);
    return rc;
}

// The sealed key, which the caller frees.
static int look(struct store *store, const char *mac, uint8_t **out, size_t *n, struct err *err)
{
    struct store_connection *connection;
    struct key_permit permit;
    int rc = store_read_begin(store, &connection, err);

    if (rc < 0)
        return rc;
    rc = judge(connection, mac, &permit, err);
    if (rc == 0)
        rc = key_permit_store_get_sealed(connection, mac, out, n, err);
    store_read_end(store, connection);
    return rc;
}

// The key, in the form that is asked for. That it was handed over for this device was looked at
// then; its certificate may be another by now.
static int open_key(const struct download_settings *settings, const struct download_key_wish *wish,
    struct download_stored *out, struct err *err)
{
    uint8_t *sealed = NULL;
    size_t n = 0;
    int rc = look(settings->store, wish->mac, &sealed, &n, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? ERR_IO : rc; // somebody said so: it should be there
    rc = key_vault_unseal(settings->vault, wish->mac, sealed, n, &out->bytes, &out->n, err);
    free(sealed);
    if (rc == 0) {
        rc = device_credential_check_key_of(
            settings->devices_dir, wish->mac, out->bytes, out->n, err);
        if (rc < 0)
            download_stored_clear(out);
    }
    if (rc == 0)
        rc = download_stored_convert(wish->file, out, err);
    // For the key's own reasons.
    return rc == ERR_DENIED || rc == ERR_CONFLICT || rc == ERR_NOT_FOUND ? ERR_IO : rc;
}

// In the history of a device that is listed.
static int write_event(struct store_connection *connection, const struct request *request,
    const char *kind, struct err *err)
{
    struct device_record device;
    struct event event = {.at_ms = clock_now_ms()};
    int rc = device_store_get(connection, request->mac, &device, err);

    if (rc < 0)
        return rc == ERR_NOT_FOUND ? 0 : rc;
    snprintf(event.mac, sizeof event.mac, "%s", request->mac);
    snprintf(event.kind, sizeof event.kind, "%s", kind);
    if (request->reason != NULL)
        snprintf(event.detail, sizeof event.detail, "%s: asked from %s", request->reason,
            request->address);
    else
        snprintf(event.detail, sizeof event.detail, "its private key was fetched from %s",
            request->address);
    return event_store_add(connection, &event, EVENT_CLASS_NOTICE, err);
}

static int take_permit(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct request *request = ctx;
    struct key_permit permit;
    int rc = judge(connection, request->mac, &permit, err);

    if (rc < 0)
        return rc;
    permit.fetched_at_ms = clock_now_ms(); // and its sealed key goes
    snprintf(permit.fetched_from, sizeof permit.fetched_from, "%s", request->address);
    rc = key_permit_store_put(connection, &permit, err);
    return rc < 0 ? rc : write_event(connection, request, EVENT_KIND_KEY, err);
}

static int take(struct store *store, const char *mac, const char *address, struct err *err)
{
    struct request request = {.mac = mac, .address = address};
    int rc = store_write(store, take_permit, &request, err);

    if (rc == 0)
        log_warning("download", "private key handed out mac=%s address=%s", mac, address);
    return rc;
}

int download_key_read(const struct download_settings *settings,
    const struct download_key_wish *wish, struct download_stored *out, struct err *err)
{
    int rc;

    snprintf(out->path, sizeof out->path, "%s", "database");
    rc = open_key(settings, wish, out, err);
    if (rc < 0)
        return rc;
    rc = wish->takes ? take(settings->store, wish->mac, wish->address, err) : 0;
    if (rc < 0)
        download_stored_clear(out);
    return rc;
}

static int note_refused(struct store_connection *connection, void *ctx, struct err *err)
{
    return write_event(connection, ctx, EVENT_KIND_KEY_REFUSED, err);
}

// Looked at first: whoever asks again and again makes nobody wait for the disk.
static int is_to_be_told(struct store *store, const char *mac, struct err *err)
{
    struct store_connection *connection;
    struct device_record device;
    int rc = store_read_begin(store, &connection, err);

    if (rc < 0)
        return rc;
    rc = device_store_get(connection, mac, &device, err);
    if (rc == 0)
        rc = event_store_has_since(
            connection, mac, EVENT_KIND_KEY_REFUSED, clock_now_ms() - REFUSED_INTERVAL_MS, err);
    else if (rc == ERR_NOT_FOUND)
        rc = 1;
    store_read_end(store, connection);
    return rc < 0 ? rc : rc == 0;
}

void download_key_note_refused(
    struct store *store, const char *mac, const char *address, const struct err *reason)
{
    struct request request = {mac, address, reason->message};
    struct err err = {0};
    int rc = is_to_be_told(store, mac, &err);

    if (rc > 0)
        rc = store_write(store, note_refused, &request, &err);
    if (rc < 0)
        log_error("download", "event not written mac=%s error=\"%s\"", mac, err.message);
}
