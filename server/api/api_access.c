// Who asks, and whether he may.
#include "server/api/api_access.h"

#include <stdio.h>
#include <string.h>

#include "server/api/api_json.h"
#include "server/auth/operator_auth.h"
#include "server/base/clock.h"
#include "server/operator/operator_find.h"
#include "server/operator/operator_origin.h"
#include "server/operator/operator_secret.h"

// Fields of one name; of those that decide there may be one.
struct field {
    const char *value;
    size_t count;
};

static void note(const char *value, void *ctx)
{
    struct field *field = ctx;

    field->value = value;
    field->count++;
}

static struct field read_field(const struct http_request *request, const char *name)
{
    struct field field = {NULL, 0};

    http_request_each_header(request, name, note, &field);
    return field;
}

static int by_token(
    const struct api *api, const struct field *field, struct operator* out, struct err *err)
{
    char secret[OPERATOR_SECRET_SIZE];

    if (field->count != 1 || !operator_secret_of_bearer(field->value, secret))
        return err_set(err, ERR_NOBODY, "Authorization must be Bearer and a token");

    int rc = operator_find_token(api->operators, secret, out, err);

    explicit_bzero(secret, sizeof secret);
    return rc;
}

static int by_certificate(const struct http_request *request, const struct api *api,
    struct operator* out, struct err *err)
{
    struct operator_auth_bearer bearer;
    size_t n;
    const uint8_t *der = http_request_peer_certificate(request, &n);
    int rc;

    if (der == NULL)
        return 0; // nobody
    rc = operator_auth_identify(api->auth, der, n, &bearer, err);
    if (rc == ERR_NO_MEMORY || rc == ERR_IO)
        return rc;
    if (rc < 0)
        return err_set(err, ERR_NOBODY, "the certificate is not good any more");
    return operator_find_bearer(api->operators, bearer.name, out, err);
}

// A browser joins all its cookies to one field.
static int by_cookie(const struct http_request *request, const struct api *api, bool *has,
    struct operator* out, struct err *err)
{
    struct field field = read_field(request, "Cookie");
    char secret[OPERATOR_SECRET_SIZE];
    int rc = field.count == 0   ? 0
             : field.count == 1 ? operator_secret_of_cookie(field.value, secret)
                                : ERR_INVALID;

    *has = rc != 0;
    if (rc == 0)
        return 0;
    if (rc < 0)
        return err_set(err, ERR_NOBODY, "the cookie is no session's: log in again");
    rc = operator_find_session(api->operators, secret, out, err);
    explicit_bzero(secret, sizeof secret);
    return rc;
}

// What a browser sends by itself must come from a page of ours, and so must a log-in.
static int check_origin(const struct http_request *request, bool must_say, struct err *err)
{
    struct field site = read_field(request, "Sec-Fetch-Site");
    struct field origin = read_field(request, "Origin");
    struct field host = read_field(request, "Host");
    struct operator_origin from = {site.value, origin.value, host.value};

    if (http_request_method(request) != HTTP_POST)
        return 0;
    if (site.count > 1 || origin.count > 1 || host.count != 1 ||
        !operator_origin_is_own(&from, must_say))
        return err_set(err, ERR_DENIED,
            "the request does not come from this server's own page: a program sends a token "
            "(Authorization: Bearer), a browser Origin or Sec-Fetch-Site");
    return 0;
}

static int identify(const struct http_request *request, const struct api *api, struct operator* out,
    struct err *err)
{
    struct field field = read_field(request, "Authorization");
    bool has_cookie = false;
    int rc;

    if (field.count > 0)
        return by_token(api, &field, out, err);
    rc = by_cookie(request, api, &has_cookie, out, err);
    if (rc == 0 && !has_cookie)
        rc = by_certificate(request, api, out, err);
    return rc < 0 ? rc : check_origin(request, has_cookie, err);
}

int api_access_judge(const struct http_request *request, const struct api *api, enum role least,
    struct operator* out, struct err *err)
{
    struct http_request_process process;
    int rc;

    *out = (struct operator){.how = OPERATOR_NOBODY, .role = ROLE_ANYBODY};
    if (http_request_process(request, &process)) {
        *out = (struct operator){.how = OPERATOR_SOCKET, .role = ROLE_ADMINISTRATOR};
        return 0;
    }
    if (api->operators == NULL)
        return err_set(err, ERR_DENIED, "nobody is known here");
    if (least == ROLE_ANYBODY)
        return check_origin(request, false, err);
    rc = identify(request, api, out, err);
    if (rc < 0)
        return rc;
    if (out->how == OPERATOR_NOBODY)
        return err_set(err, ERR_NOBODY, "log in first, or send a token (Authorization: Bearer)");
    if (out->role < least)
        return err_set(err, ERR_DENIED, "this is for the role %s, and you have the role %s",
            role_name(least), role_name(out->role));
    return 0;
}

void api_access_refuse(struct http_response *response, const struct api *api, const struct err *err)
{
    if (api->operators != NULL)
        (void)tally_add(&api->operators->refused, 1, 0);
    api_json_refuse(response, err);
    if (err->code == ERR_NOBODY)
        http_response_add_header(response, "WWW-Authenticate", "Bearer");
}

const struct operator* api_access_who(const struct http_request *request)
{
    static const struct operator nobody = {.how = OPERATOR_NOBODY, .role = ROLE_ANYBODY};
    const struct api_asking *asking = http_request_attached(request);

    return asking != NULL ? &asking->who : &nobody;
}

void api_access_guard_init(
    struct api_access_guard *guard, const struct api *api, const struct http_request *request)
{
    struct operator_auth_bearer bearer;
    size_t n;
    const uint8_t *der = http_request_peer_certificate(request, &n);

    *guard = (struct api_access_guard){.api = api,
        .who = *api_access_who(request),
        .next_ms = clock_monotonic_ms() + API_ACCESS_GUARD_MS};
    if (guard->who.how == OPERATOR_CERTIFICATE && der != NULL &&
        operator_auth_identify(api->auth, der, n, &bearer, NULL) == 0)
        snprintf(guard->serial, sizeof guard->serial, "%s", bearer.serial);
}

bool api_access_guard_holds(struct api_access_guard *guard)
{
    const struct api *api = guard->api;
    int64_t now_ms = clock_monotonic_ms();

    if (guard->who.how == OPERATOR_SOCKET || now_ms < guard->next_ms)
        return true;
    guard->next_ms = now_ms + API_ACCESS_GUARD_MS;
    if (guard->serial[0] != '\0' && device_auth_is_serial_revoked(api->auth, guard->serial))
        return false;
    return api->operators != NULL && operator_find_again(api->operators, &guard->who, NULL) == 0;
}
