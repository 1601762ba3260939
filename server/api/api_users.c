// Users.
#include "server/api/api_users.h"

#include <string.h>

#include "server/api/api.h"
#include "server/api/api_access.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_list.h"
#include "server/base/log.h"
#include "server/operator/operator_login.h"
#include "server/operator/operator_users.h"
#include "server/store/user_store.h"

static const struct api_member new_user[] = {
    {"name", API_MEMBER_TEXT}, {"role", API_MEMBER_TEXT}, {"password", API_MEMBER_TEXT}, {0}};
static const struct api_member new_password[] = {
    {"password", API_MEMBER_TEXT}, {"old", API_MEMBER_TEXT}, {0}};

static json_t *describe(const struct user *user)
{
    json_t *object = json_object();

    api_json_set(&object, "name", json_string(user->name));
    api_json_set(&object, "role", json_string(role_name(user->role)));
    api_json_set(&object, "created_at_ms", json_integer(user->created_at_ms));
    api_json_set(&object, "password_at_ms",
        user->password_at_ms != 0 ? json_integer(user->password_at_ms) : json_null());
    return object;
}

static int append(const struct user *user, void *ctx)
{
    api_json_append(ctx, describe(user));
    return 0;
}

// An api_list_read.
static int read_list(struct store_connection *connection, json_t **list, void *ctx, struct err *err)
{
    (void)ctx;
    return user_store_each(connection, append, list, err);
}

void api_users_list(const struct http_request *request, struct http_response *response, void *ctx)
{
    (void)request;
    api_list_send(ctx, read_list, NULL, response);
}

static void send_user(
    const struct api *api, const char *name, struct http_response *response, unsigned status)
{
    struct store_connection *connection;
    struct err err = {0};
    struct user user = {.role = ROLE_ANYBODY};
    int rc = store_read_begin(api->store, &connection, &err);

    if (rc == 0) {
        rc = user_store_get(connection, name, &user, &err);
        store_read_end(api->store, connection);
    }
    if (rc < 0)
        api_json_refuse(response, &err);
    else
        api_json_send(response, status, describe(&user));
}

void api_users_show(const struct http_request *request, struct http_response *response, void *ctx)
{
    send_user(ctx, http_request_segment(request, 0), response, 200);
}

static int read_role(const char *text, enum role *out, struct err *err)
{
    return text != NULL && role_find(text, out)
               ? 0
               : err_set(err, ERR_INVALID, "a role is viewer, operator or administrator");
}

static int read_body(const struct http_request *request, const struct api_member *table,
    json_t **out, struct err *err)
{
    size_t n;
    const uint8_t *p = http_request_body(request, &n);

    return api_members_read(p, n, table, out, err);
}

void api_users_add(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct audit_author by;
    struct err err = {0};
    json_t *body = NULL;
    enum role role = ROLE_ANYBODY;
    int rc = read_body(request, new_user, &body, &err);
    const char *name = json_string_value(json_object_get(body, "name"));
    struct operator_users_change change = {api->operators, &by, name != NULL ? name : ""};

    api_author_of(request, &by);
    if (rc == 0)
        rc = read_role(json_string_value(json_object_get(body, "role")), &role, &err);
    if (rc == 0)
        rc = operator_users_add(
            &change, role, json_string_value(json_object_get(body, "password")), &err);
    if (rc < 0) {
        api_json_refuse(response, &err);
    } else {
        log_info("api", "user added name=%s role=%s by=\"%s\"", name, role_name(role), by.who);
        send_user(api, name, response, 201);
    }
    json_decref(body);
}

void api_users_set_role(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct audit_author by;
    struct operator_users_change change = {api->operators, &by, http_request_segment(request, 0)};
    struct err err = {0};
    enum role role = ROLE_ANYBODY;
    int rc = read_role(http_request_query(request, "role"), &role, &err);

    api_author_of(request, &by);
    if (rc == 0)
        rc = operator_users_set_role(&change, role, &err);
    if (rc < 0) {
        api_json_refuse(response, &err);
        return;
    }
    log_info("api", "role set name=%s role=%s by=\"%s\"", change.name, role_name(role), by.who);
    send_user(api, change.name, response, 200);
}

// On the machine itself, and by another administrator, without the old one: that is the way back
// in. Each other has to know it, so that who finds a browser open cannot take the account with it.
static int check_old(const struct http_request *request, const struct api *api, const json_t *body,
    unsigned *wait_s, struct err *err)
{
    const struct operator* who = api_access_who(request);
    const char *name = http_request_segment(request, 0);
    const char *old = json_string_value(json_object_get(body, "old"));
    bool is_own = strcmp(who->user, name) == 0;
    char address[HTTP_REQUEST_PEER_SIZE];

    if (who->how == OPERATOR_SOCKET || (who->role == ROLE_ADMINISTRATOR && !is_own))
        return 0;
    if (!is_own)
        return err_set(err, ERR_DENIED, "%s sets it himself, or an administrator does", name);
    if (old == NULL)
        return err_set(err, ERR_INVALID, "the body lacks \"old\": the password so far");
    http_request_peer(request, address);

    int rc = operator_login_check(
        api->operators, &(struct operator_login){name, old, address}, wait_s, err);

    return rc == ERR_NOBODY ? err_set(err, ERR_DENIED, "the old password is wrong") : rc;
}

void api_users_set_password(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct audit_author by;
    struct operator_users_change change = {api->operators, &by, http_request_segment(request, 0)};
    struct err err = {0};
    json_t *body = NULL;
    unsigned wait_s = 0;
    int rc = read_body(request, new_password, &body, &err);
    const char *password = json_string_value(json_object_get(body, "password"));

    api_author_of(request, &by);
    if (rc == 0 && password == NULL)
        rc = err_set(&err, ERR_INVALID, "the body lacks \"password\"");
    if (rc == 0)
        rc = check_old(request, api, body, &wait_s, &err);
    if (rc == 0)
        rc = operator_users_set_password(&change, password, &err);
    json_decref(body);
    if (rc == 0) {
        log_info("api", "password set name=%s by=\"%s\"", change.name, by.who);
        send_user(api, change.name, response, 200);
        return;
    }
    api_json_refuse(response, &err);
    if (wait_s > 0)
        http_response_add_header(response, "Retry-After", "%u", wait_s);
}

void api_users_remove(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct audit_author by;
    struct operator_users_change change = {api->operators, &by, http_request_segment(request, 0)};
    struct err err = {0};

    api_author_of(request, &by);
    if (operator_users_remove(&change, &err) < 0) {
        api_json_refuse(response, &err);
        return;
    }
    log_info("api", "user removed name=%s by=\"%s\"", change.name, by.who);
    api_json_send(response, 200, json_pack("{ss sb}", "name", change.name, "removed", 1));
}
