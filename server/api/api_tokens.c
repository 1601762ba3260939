// Tokens.
#include "server/api/api_tokens.h"

#include <string.h>

#include "server/api/api.h"
#include "server/api/api_access.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_list.h"
#include "server/base/log.h"
#include "server/operator/operator_tokens.h"
#include "server/store/user_token_store.h"

#define DAYS 90 // unless another number is given

static const struct api_member new_token[] = {
    {"name", API_MEMBER_TEXT}, {"role", API_MEMBER_TEXT}, {"days", API_MEMBER_INTEGER}, {0}};

static json_t *describe(const struct user_token *token)
{
    json_t *object = json_object();

    api_json_set(&object, "name", json_string(token->name));
    api_json_set(&object, "user", api_json_text(token->user));
    api_json_set(&object, "role", json_string(role_name(token->role)));
    api_json_set(&object, "created_at_ms", json_integer(token->created_at_ms));
    api_json_set(&object, "ends_at_ms", json_integer(token->ends_at_ms));
    api_json_set(&object, "used_at_ms",
        token->used_at_ms != 0 ? json_integer(token->used_at_ms) : json_null());
    return object;
}

struct listing {
    const struct operator* who;
    json_t **list;
};

static int append(const struct user_token *token, void *ctx)
{
    struct listing *listing = ctx;

    if (listing->who->role == ROLE_ADMINISTRATOR || strcmp(token->user, listing->who->user) == 0)
        api_json_append(listing->list, describe(token));
    return 0;
}

// An api_list_read; ctx: a struct listing.
static int read_list(struct store_connection *connection, json_t **list, void *ctx, struct err *err)
{
    struct listing *listing = ctx;

    listing->list = list;
    return user_token_store_each(connection, append, listing, err);
}

void api_tokens_list(const struct http_request *request, struct http_response *response, void *ctx)
{
    struct listing listing = {api_access_who(request), NULL};

    api_list_send(ctx, read_list, &listing, response);
}

// It is shown once: here.
static void answer(
    struct http_response *response, const struct user_token *token, const char *secret)
{
    json_t *object = describe(token);

    api_json_set(&object, "token", json_string(secret));
    api_json_send(response, 201, object);
    http_response_add_header(response, "Cache-Control", "no-store");
}

void api_tokens_add(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct audit_author by;
    struct err err = {0};
    json_t *body = NULL;
    size_t n;
    const uint8_t *p = http_request_body(request, &n);
    int rc = api_members_read(p, n, new_token, &body, &err);
    const char *name = json_string_value(json_object_get(body, "name"));
    const char *role = json_string_value(json_object_get(body, "role"));
    const json_t *days = json_object_get(body, "days");
    struct operator_users_change change = {api->operators, &by, name != NULL ? name : ""};
    char secret[OPERATOR_SECRET_SIZE];
    struct user_token token = {.role = ROLE_ANYBODY};

    api_author_of(request, &by);
    if (rc == 0 && (role == NULL || !role_find(role, &token.role)))
        rc = err_set(&err, ERR_INVALID, "a role is viewer, operator or administrator");
    if (rc == 0)
        rc = operator_tokens_add(&change, api_access_who(request), &token,
            days != NULL ? json_integer_value(days) : DAYS, secret, &err);
    json_decref(body);
    if (rc < 0) {
        api_json_refuse(response, &err);
        return;
    }
    log_info(
        "api", "token added name=%s role=%s by=\"%s\"", token.name, role_name(token.role), by.who);
    answer(response, &token, secret);
    explicit_bzero(secret, sizeof secret);
}

void api_tokens_remove(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct audit_author by;
    struct operator_users_change change = {api->operators, &by, http_request_segment(request, 0)};
    struct err err = {0};

    api_author_of(request, &by);
    if (operator_tokens_remove(&change, api_access_who(request), &err) < 0) {
        api_json_refuse(response, &err);
        return;
    }
    log_info("api", "token removed name=%s by=\"%s\"", change.name, by.who);
    api_json_send(response, 200, json_pack("{ss sb}", "name", change.name, "removed", 1));
}
