// Whether a device may fetch its private key.
#include "server/api/api_device_key.h"

#include <stdlib.h>

#include "server/api/api.h"
#include "server/api/api_json.h"
#include "server/api/api_switch.h"
#include "server/command/command_key.h"
#include "server/pki/device_credential.h"

static json_t *time_or_null(int64_t time_ms)
{
    return time_ms != 0 ? json_integer(time_ms) : json_null();
}

// null for one that may not.
static json_t *describe(const struct key_permit *permit)
{
    if (permit->mac[0] == '\0')
        return json_null();
    return json_pack("{so sI so so}", "allowed_by", api_json_text(permit->allowed_by),
        "allowed_at_ms", (json_int_t)permit->allowed_at_ms, "fetched_at_ms",
        time_or_null(permit->fetched_at_ms), "fetched_from", api_json_text(permit->fetched_from));
}

// The body, sealed: the caller frees it. It must be the key of the device's certificate.
static int take_key(const struct api *api, const struct http_request *request, const char *mac,
    struct command_key_wish *wish, uint8_t **sealed, struct err *err)
{
    size_t n;
    const uint8_t *pem = http_request_body(request, &n);
    int rc;

    if (!wish->on)
        return n == 0 ? 0 : err_set(err, ERR_INVALID, "a key goes with on=1");
    if (n == 0)
        return err_set(err, ERR_INVALID, "the body must be the device's private key in PEM");
    rc = device_credential_check_key_of(api->devices_dir, mac, pem, n, err);
    if (rc == 0)
        rc = key_vault_seal(api->vault, mac, pem, n, sealed, &wish->sealed_size, err);
    if (rc == 0)
        wish->sealed = *sealed;
    return rc;
}

void api_device_key_switch(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    uint8_t *sealed = NULL;
    struct api_switch given;
    struct key_permit permit;
    struct err err = {0};
    int rc = api_switch_read(request, &given, &err);
    struct command_key_wish wish = {given.mac, given.on, &given.by, NULL, 0};

    if (rc == 0)
        rc = take_key(api, request, given.mac, &wish, &sealed, &err);
    if (rc == 0)
        rc = command_key_switch(api->store, &wish, &permit, &err);
    free(sealed);
    if (rc == 0)
        api_json_send(
            response, 200, json_pack("{ss so}", "mac", given.mac, "key", describe(&permit)));
    else
        api_json_refuse(response, &err);
}

int api_device_key_add_to(
    struct store_connection *connection, const char *mac, json_t **device, struct err *err)
{
    struct key_permit permit = {.mac = ""};
    int rc = key_permit_store_get(connection, mac, &permit, err);

    if (rc < 0 && rc != ERR_NOT_FOUND)
        return rc;
    api_json_set(device, "key", describe(&permit));
    return 0;
}
