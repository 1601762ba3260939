// What a request is about.
#include "server/api/api_subject.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "server/api/api_certificates.h"
#include "server/api/api_members.h"
#include "server/api/api_settings_change.h"
#include "server/http/http_route.h"
#include "server/release/release_key.h"
#include "server/store/settings_store.h"

typedef int namer(const struct api *api, const struct http_request *request,
    char out[AUDIT_OBJECT_SIZE], struct err *err);

static int copy(const char *name, char out[AUDIT_OBJECT_SIZE], struct err *err)
{
    if (name == NULL || strlen(name) >= AUDIT_OBJECT_SIZE)
        return err_set(err, ERR_INVALID, "the request names nothing that can be changed");
    memcpy(out, name, strlen(name) + 1);
    return 0;
}

static int name_segment(const struct api *api, const struct http_request *request,
    char out[AUDIT_OBJECT_SIZE], struct err *err)
{
    (void)api;
    return copy(http_request_segment(request, 0), out, err);
}

static int name_device(const struct api *api, const struct http_request *request,
    char out[AUDIT_OBJECT_SIZE], struct err *err)
{
    (void)api;
    return api_members_read_mac(http_request_segment(request, 0), out, err);
}

static int name_only(const struct api *api, const struct http_request *request,
    char out[AUDIT_OBJECT_SIZE], struct err *err)
{
    (void)api;
    (void)request;
    return copy("", out, err);
}

static int name_schema(const struct api *api, const struct http_request *request,
    char out[AUDIT_OBJECT_SIZE], struct err *err)
{
    (void)api;
    (void)request;
    return copy("schema", out, err);
}

// That which the body names is set.
static int name_in_body(const struct api *api, const struct http_request *request,
    char out[AUDIT_OBJECT_SIZE], struct err *err)
{
    size_t n;
    const uint8_t *p = http_request_body(request, &n);
    json_t *body = json_loadb((const char *)p, n, JSON_REJECT_DUPLICATES, NULL);
    int rc = copy(json_string_value(json_object_get(body, "name")), out, err);

    (void)api;
    json_decref(body);
    return rc;
}

// As audit_state.h names layers: "fleet", "group NAME", "device MAC".
static int name_layer(const struct api *api, const struct http_request *request,
    char out[AUDIT_OBJECT_SIZE], struct err *err)
{
    const char *scope = http_request_query(request, "scope");
    const char *name = http_request_query(request, "name");
    char mac[MAC_SIZE];
    int n;

    (void)api;
    if (scope == NULL || strcmp(scope, "fleet") == 0)
        return copy(scope, out, err);
    if (strcmp(scope, "device") == 0) {
        int rc = api_members_read_mac(name != NULL ? name : "", mac, err);

        if (rc < 0)
            return rc;
        name = mac;
    }
    n = snprintf(out, AUDIT_OBJECT_SIZE, "%s %s", scope, name != NULL ? name : "");
    return n < AUDIT_OBJECT_SIZE ? 0 : copy(NULL, out, err);
}

// Of a change, the layer that it made.
static int name_changed_layer(const struct api *api, const struct http_request *request,
    char out[AUDIT_OBJECT_SIZE], struct err *err)
{
    struct store_connection *connection;
    struct settings_change change;
    int64_t number;
    int rc = api_settings_change_read_number(request, &number, err);

    if (rc != 0)
        return rc;
    rc = store_read_begin(api->store, &connection, err);
    if (rc < 0)
        return rc;
    rc = settings_store_get_change(connection, number, &change, err);
    store_read_end(api->store, connection);
    if (rc == 0)
        snprintf(out, AUDIT_OBJECT_SIZE, "%s%s%s", settings_store_scope_name(change.scope),
            change.name[0] != '\0' ? " " : "", change.name);
    return rc;
}

static int name_certificate(const struct api *api, const struct http_request *request,
    char out[AUDIT_OBJECT_SIZE], struct err *err)
{
    (void)api;
    return api_certificates_read_serial(http_request_segment(request, 0), out, err);
}

// By its id, however the request calls it.
static int name_key(const struct api *api, const struct http_request *request,
    char out[AUDIT_OBJECT_SIZE], struct err *err)
{
    const struct release_catalogue *catalogue = release_hold(api->release);
    const struct image_key *key;
    int rc = release_key_find(catalogue, http_request_segment(request, 0), &key, err);

    if (rc == 0)
        rc = copy(key->id, out, err);
    release_drop(api->release, catalogue);
    return rc;
}

// Of a pattern, and of all below it. The longer ones first.
static const struct subject {
    const char *pattern;
    bool below;
    enum audit_kind kind;
    namer *name;
} subjects[] = {
    {"/api/v1/devices/:", true, AUDIT_DEVICE, name_device},
    {"/api/v1/groups/:", true, AUDIT_GROUP, name_segment},
    {"/api/v1/groups", false, AUDIT_GROUP, name_in_body},
    {"/api/v1/settings/schema", true, AUDIT_SETTINGS, name_schema},
    {"/api/v1/settings/layer", false, AUDIT_SETTINGS, name_layer},
    {"/api/v1/settings/history/:/revert", false, AUDIT_SETTINGS, name_changed_layer},
    {"/api/v1/settings", false, AUDIT_SETTINGS, name_layer},
    {"/api/v1/certificates/:", true, AUDIT_CERTIFICATE, name_certificate},
    {"/api/v1/enrolments/:", true, AUDIT_ENROLMENT, name_device},
    {"/api/v1/keys/:", true, AUDIT_KEY, name_key},
    {"/api/v1/webhooks/:", true, AUDIT_WEBHOOK, name_segment},
    {"/api/v1/images/:", true, AUDIT_IMAGE, name_segment},
    {"/api/v1/boards/:", true, AUDIT_BOARD, name_segment},
    {"/api/v1/rollouts/:", true, AUDIT_ROLLOUT, name_segment},
    {"/api/v1/rotation", true, AUDIT_ROTATION, name_only},
};

static bool is_about(const struct subject *subject, const char *pattern)
{
    size_t n = strlen(subject->pattern);

    return strncmp(pattern, subject->pattern, n) == 0 &&
           (pattern[n] == '\0' || (subject->below && pattern[n] == '/'));
}

static const struct subject *find(const char *pattern)
{
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
        if (is_about(&subjects[i], pattern))
            return &subjects[i];
    }
    return NULL;
}

bool api_subject_has(const char *pattern)
{
    return find(pattern) != NULL;
}

int api_subject_find(const struct api *api, const struct http_request *request,
    struct api_subject *out, struct err *err)
{
    const char *pattern = http_request_route(request)->pattern;
    const struct subject *subject = find(pattern);

    out->kind = subject->kind;
    out->is_itself = strcmp(pattern, subject->pattern) == 0;
    return subject->name(api, request, out->object, err);
}
