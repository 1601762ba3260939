// Logging in and out.
#include "server/api/api_session.h"

#include <string.h>

#include "server/api/api.h"
#include "server/api/api_access.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/operator/operator_login.h"

static const struct api_member members[] = {
    {"name", API_MEMBER_TEXT}, {"password", API_MEMBER_TEXT}, {0}};

static json_t *describe(const char *user, enum role role, enum operator_how how)
{
    json_t *object = json_object();

    api_json_set(&object, "name", api_json_text(user));
    api_json_set(&object, "role", json_string(role_name(role)));
    api_json_set(&object, "how", json_string(operator_how_name(how)));
    return object;
}

// Nothing but this server gets it (RFC 6265bis, 4.1.3.2), and no script.
static void set_cookie(struct http_response *response, const char *secret, int64_t max_age_s)
{
    http_response_add_header(response, "Set-Cookie",
        OPERATOR_SECRET_COOKIE "=%s; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age=%lld",
        secret, (long long)max_age_s);
    http_response_add_header(response, "Cache-Control", "no-store");
}

static void log_in(
    const struct api *api, const struct operator_login *login, struct http_response *response)
{
    char secret[OPERATOR_SECRET_SIZE];
    enum role role = ROLE_ANYBODY;
    struct err err = {0};
    unsigned wait_s = 0;
    int rc = operator_login_run(api->operators, login, secret, &role, &wait_s, &err);

    if (rc < 0) {
        api_json_refuse(response, &err);
        if (wait_s > 0)
            http_response_add_header(response, "Retry-After", "%u", wait_s);
        return;
    }
    api_json_send(response, 200, describe(login->name, role, OPERATOR_SESSION));
    set_cookie(response, secret, api->operators->limits.absolute_ms / 1000);
    explicit_bzero(secret, sizeof secret);
}

void api_session_begin(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    char address[HTTP_REQUEST_PEER_SIZE];
    struct err err = {0};
    json_t *body = NULL;
    size_t n;
    const uint8_t *p = http_request_body(request, &n);
    int rc = api_access_who(request)->how == OPERATOR_SOCKET
                 ? err_set(&err, ERR_CONFLICT,
                       "who may open this socket is an administrator without logging in")
                 : api_members_read(p, n, members, &body, &err);
    const char *name = json_string_value(json_object_get(body, "name"));
    const char *password = json_string_value(json_object_get(body, "password"));

    if (rc == 0 && (name == NULL || password == NULL))
        rc = err_set(&err, ERR_INVALID, "the body needs \"name\" and \"password\"");
    if (rc < 0) {
        api_json_refuse(response, &err);
    } else {
        http_request_peer(request, address);
        log_in(api, &(struct operator_login){name, password, address}, response);
    }
    json_decref(body);
}

void api_session_show(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct operator* who = api_access_who(request);
    json_t *object = describe(who->user, who->role, who->how);

    (void)ctx;
    api_json_set(&object, "token", api_json_text(who->token));
    api_json_send(response, 200, object);
}

void api_session_end(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const struct operator* who = api_access_who(request);
    struct audit_author by;
    struct err err = {0};
    int rc = who->how == OPERATOR_SESSION
                 ? 0
                 : err_set(&err, ERR_CONFLICT, "there is no session here that could end");

    api_author_of(request, &by);
    if (rc == 0)
        rc = operator_login_end(api->operators, who->user, who->hash, &by, &err);
    if (rc < 0) {
        api_json_refuse(response, &err);
        return;
    }
    api_json_send(response, 200, json_pack("{ss sb}", "name", who->user, "ended", 1));
    set_cookie(response, "", 0);
}
