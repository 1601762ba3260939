// Requests that are done once.
#include "server/api/api_once.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/api/api_access.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_once_key.h"
#include "server/base/clock.h"
#include "server/http/http_route.h"
#include "server/pki/digest.h"

#define HEADER "Idempotency-Key"
#define OWNER_SIZE (AUDIT_WHO_SIZE + 1 + USER_NAME_SIZE)

bool api_once_is_taken(const char *pattern)
{
    static const char *const patterns[] = {"/api/v1/commands", "/api/v1/wifi", "/api/v1/rollouts",
        "/api/v1/enrolments", "/api/v1/groups", "/api/v1/certificates"};

    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        if (strcmp(pattern, patterns[i]) == 0)
            return true;
    }
    return false;
}

// What is hashed: texts, each behind its length, so that no two rows of them are one. No piece of a
// body, which may hold passwords, is copied.
static void add_part(struct digest *digest, const void *p, size_t n)
{
    char length[24];

    snprintf(length, sizeof length, "%zu:", n);
    digest_add(digest, length, strlen(length));
    if (n > 0)
        digest_add(digest, p, n);
}

static void add_text(struct digest *digest, const char *text)
{
    add_part(digest, text, strlen(text));
}

static void add_parameter(const char *name, const char *value, void *ctx)
{
    add_text(ctx, name);
    add_text(ctx, value);
}

static void add_request(struct digest *digest, const struct http_request *request)
{
    size_t n;
    const uint8_t *body = http_request_body(request, &n);

    add_text(digest, http_request_route(request)->pattern); // that take keys are of one method
    for (size_t i = 0; i < HTTP_ROUTE_SEGMENTS_MAX; i++)
        add_text(digest, http_request_segment(request, i));
    add_part(digest, body, n);
    http_request_each_parameter(request, add_parameter, digest);
}

// The key is part of both hashes: who does not know it cannot try passwords that a body may hold.
// request: NULL for the key's own.
static int hash(const char *key, const char *who, const struct http_request *request,
    char out[ANSWER_STORE_HASH_SIZE], struct err *err)
{
    struct digest *digest = digest_begin_sha256();

    if (digest == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a request");
    add_text(digest, key);
    add_text(digest, who);
    if (request != NULL)
        add_request(digest, request);
    digest_end(digest, out);
    return 0;
}

// Whose the key is: of a user each token has its own.
static void name_owner(const struct http_request *request, char out[OWNER_SIZE])
{
    struct audit_author by;

    const char *token = api_access_who(request)->token;

    api_author_of(request, &by);
    snprintf(out, OWNER_SIZE, "%s%s%s", by.who, token[0] != '\0' ? " " : "", token);
}

struct fields {
    const char *first;
    size_t count;
};

static void note_field(const char *value, void *ctx)
{
    struct fields *fields = ctx;

    if (fields->count++ == 0)
        fields->first = value;
}

int api_once_read(
    const struct http_request *request, bool *has, struct answer *answer, struct err *err)
{
    struct fields fields = {.count = 0};
    char key[API_ONCE_KEY_SIZE];
    char owner[OWNER_SIZE];
    int rc;

    http_request_each_header(request, HEADER, note_field, &fields);
    *has = fields.count > 0;
    if (!*has)
        return 0;
    if (fields.count > 1)
        return err_set(err, ERR_INVALID, "there is more than one " HEADER);
    if (!api_once_is_taken(http_request_route(request)->pattern) ||
        http_request_method(request) != HTTP_POST)
        return err_set(err, ERR_INVALID, "this request takes no " HEADER);
    rc = api_once_key_read(fields.first, key, err);
    if (rc < 0)
        return rc;
    *answer = (struct answer){.status = 0};
    name_owner(request, owner);
    rc = hash(key, owner, NULL, answer->key_hash, err);
    return rc < 0 ? rc : hash(key, owner, request, answer->request_hash, err);
}

int api_once_find(const struct api *api, struct answer *answer, struct err *err)
{
    struct store_connection *connection;
    struct answer kept;
    int rc = store_read_begin(api->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = answer_store_get(connection, answer->key_hash, clock_system_ms(), &kept, err);
    store_read_end(api->store, connection);
    if (rc == ERR_NOT_FOUND) {
        *err = (struct err){0};
        return 0;
    }
    if (rc < 0)
        return rc;
    if (strcmp(answer->request_hash, kept.request_hash) != 0)
        rc = err_set(
            err, ERR_REUSED, "this " HEADER " was another request's; make up a new one for each");
    else if (kept.body == NULL)
        rc = err_set(
            err, ERR_CONFLICT, "this was done already; what was answered is too long to be kept");
    *answer = kept;
    return rc;
}

// As audit_terms has it.
static int describe(
    struct store_connection *connection, void *ctx, struct answer *answer, struct err *err)
{
    const struct api_once_answer *how = ctx;
    json_t *object = NULL;
    size_t n = 0;
    int rc = how->describe(connection, how->ctx, &object, err);

    answer->status = how->status;
    if (rc < 0)
        return rc == ERR_TOO_LARGE ? 0 : rc;
    answer->body = api_json_body(object, &n);
    json_decref(object);
    if (answer->body == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the answer");
    if (n <= ANSWER_STORE_BODY_MAX)
        return 0;
    free(answer->body);
    answer->body = NULL;
    return 0;
}

void api_once_answer_by(const struct http_request *request, struct api_once_answer *how)
{
    const struct api_asking *asking = http_request_attached(request);
    struct audit_terms *terms = asking != NULL ? asking->terms : NULL;

    if (terms == NULL || terms->answer == NULL)
        return;
    terms->describe = describe;
    terms->describe_ctx = how;
}

void api_once_send(struct answer *answer, struct http_response *response)
{
    struct http_response_bytes bytes = http_response_own(answer->body, strlen(answer->body));

    answer->body = NULL;
    http_response_set_bytes(response, answer->status, "application/json", &bytes);
}
