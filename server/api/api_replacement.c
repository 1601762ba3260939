// Devices that replace others.
#include "server/api/api_replacement.h"

#include <string.h>

#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_members.h"
#include "server/api/api_revocation.h"
#include "server/revocation/revocation_replace.h"

#define REASON_USUAL "superseded"

static json_t *config_of_json(const struct api *api, const struct replacement *replacement)
{
    return api->borrows_config(replacement->mac, replacement->place, api->ctx)
               ? json_string(replacement->place)
               : json_null();
}

static void send(const struct api *api, struct http_response *response,
    const struct replacement *now, const struct revocation_outcome *outcome)
{
    json_t *object = json_object();

    api_json_set(&object, "mac", json_string(now->old));
    api_json_set(&object, "replaced_by", json_string(now->mac));
    api_json_set(&object, "config_of", config_of_json(api, now));
    api_json_set(&object, "reason", api_json_text(outcome->now.reason));
    api_revocation_send(response, object, outcome);
}

void api_replacement_run(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const char *by = http_request_query(request, "by");
    const char *reason = http_request_query(request, "reason");
    char macs[2][MAC_SIZE];
    struct audit_author author;
    struct revocation_replace_wish wish = {
        .store = api->store,
        .wish = {macs[0], reason != NULL ? reason : REASON_USUAL, false, &author},
        .by = macs[1],
        .force = api_members_is_set(http_request_query(request, "force")),
    };
    struct revocation_outcome outcome;
    struct replacement now;
    struct err err = {0};
    int rc = api_members_read_mac(http_request_segment(request, 0), macs[0], &err);

    api_author_of(request, &author);
    if (rc == 0)
        rc = by != NULL ? api_members_read_mac(by, macs[1], &err)
                        : err_set(&err, ERR_INVALID, "give the new device with \"by\"");
    if (rc == 0)
        rc = revocation_replace_device(api->revocation, &wish, &outcome, &now, &err);
    if (rc == 0)
        send(api, response, &now, &outcome);
    else
        api_json_refuse(response, &err);
}

int api_replacement_add_to(const struct api *api, struct store_connection *connection,
    const char *mac, json_t **device, struct err *err)
{
    struct replacement came;
    struct replacement went;
    int found_came = replacement_store_get(connection, mac, &came, err);
    int found_went = found_came == 0 || found_came == ERR_NOT_FOUND
                         ? replacement_store_get_of(connection, mac, &went, err)
                         : found_came;
    bool has_place = found_came == 0 && !came.is_given_back;
    const char *by = found_went == 0 ? went.mac : found_came == 0 && !has_place ? came.old : NULL;

    api_json_set(device, "replaces", has_place ? json_string(came.old) : json_null());
    api_json_set(device, "config_of", has_place ? config_of_json(api, &came) : json_null());
    api_json_set(device, "replaced_by", by != NULL ? json_string(by) : json_null());
    return found_went == ERR_NOT_FOUND ? 0 : found_went;
}
