// On which terms requests are served.
#include "server/api/api_terms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/api/api_access.h"
#include "server/api/api_busy.h"
#include "server/api/api_entity_tags.h"
#include "server/api/api_json.h"
#include "server/api/api_once.h"
#include "server/api/api_subject.h"
#include "server/api/api_validator.h"
#include "server/audit/audit_terms.h"
#include "server/base/log.h"
#include "server/http/http_route.h"

#define TAGS_MAX 1024 // bytes of If-Match

typedef void handler_function(
    const struct http_request *request, struct http_response *response, void *ctx);

struct serving {
    const struct http_request *request;
    struct http_response *response;
    struct api *api;
    handler_function *handler;
    struct api_subject subject;
    char tags[TAGS_MAX];
    bool has_tags, has_too_many;
    struct audit_terms terms;
    struct answer answer;
};

// Fields of one name are one list (RFC 9110, 5.3).
static void append_tags(const char *value, void *ctx)
{
    struct serving *serving = ctx;
    size_t n = strlen(serving->tags);
    int more = snprintf(
        serving->tags + n, sizeof serving->tags - n, "%s%s", serving->has_tags ? ", " : "", value);

    serving->has_too_many |= (size_t)more >= sizeof serving->tags - n;
    serving->has_tags = true;
}

static bool accepts(const char *tag, void *ctx)
{
    return api_entity_tags_have(ctx, tag);
}

static int read_match(struct serving *serving, struct err *err)
{
    int rc;

    http_request_each_header(serving->request, "If-Match", append_tags, serving);
    if (!serving->has_tags)
        return 0;
    if (serving->has_too_many)
        return err_set(err, ERR_INVALID, "If-Match has more than %d bytes", TAGS_MAX - 1);
    rc = api_entity_tags_check(serving->tags, err);
    if (rc < 0)
        return rc;
    if (http_request_method(serving->request) != HTTP_POST)
        return err_set(err, ERR_INVALID, "If-Match is for requests that change something");
    if (!api_subject_has(http_request_route(serving->request)->pattern))
        return err_set(err, ERR_INVALID,
            "this request takes no If-Match: it is not about one thing with an ETag");
    rc = api_subject_find(serving->api, serving->request, &serving->subject, err);
    if (rc < 0)
        return rc;
    serving->terms.kind = serving->subject.kind;
    serving->terms.object = serving->subject.object;
    serving->terms.accepts = accepts;
    serving->terms.accepts_ctx = serving->tags;
    return 0;
}

static int read_tag(const struct serving *serving, char tag[AUDIT_TAG_SIZE], struct err *err)
{
    struct store_connection *connection;
    int rc = store_read_begin(serving->api->store, &connection, err);

    if (rc < 0)
        return rc;
    rc = audit_tag_read(connection, serving->subject.kind, serving->subject.object, tag, err);
    store_read_end(serving->api->store, connection);
    return rc;
}

// A handler that changed nothing has not been judged: a dry run, or one that saw that all was so.
static int judge_late(struct serving *serving, struct err *err)
{
    struct store_connection *connection;
    int rc;

    if (serving->terms.accepts == NULL || serving->terms.is_judged)
        return 0;
    rc = store_read_begin(serving->api->store, &connection, err);
    if (rc < 0)
        return rc;
    rc = audit_terms_judge(connection, &serving->terms, err);
    store_read_end(serving->api->store, connection);
    return rc;
}

static void change(struct serving *serving)
{
    struct http_response *response = serving->response;
    struct api_asking *asking = http_request_attached(serving->request);
    struct err err = {0};

    asking->terms = &serving->terms;
    serving->handler(serving->request, response, serving->api);
    asking->terms = NULL;
    if (serving->terms.is_kept && serving->answer.body != NULL &&
        http_response_status(response) < 300)
        api_once_send(&serving->answer, response);
    if (http_response_status(response) < 300 && judge_late(serving, &err) < 0)
        api_json_refuse(response, &err);
}

// With a key, of which there is one at a time.
static void change_once(struct serving *serving, struct err *err)
{
    struct answer *answer = &serving->answer;
    struct api_busy_place place;
    char key[ANSWER_STORE_HASH_SIZE];

    memcpy(key, answer->key_hash, sizeof key);
    if (!api_busy_enter(serving->api->busy, &place, key)) {
        err_set(err, ERR_CONFLICT, "the request with this Idempotency-Key is still under way");
        return;
    }
    if (api_once_find(serving->api, answer, err) == 0) {
        if (answer->body != NULL) {
            log_info("api", "answered again key=%.12s status=%u", key, answer->status);
            api_once_send(answer, serving->response);
        } else {
            serving->terms.answer = answer;
            change(serving);
        }
    }
    api_busy_leave(serving->api->busy, &place);
}

static void serve_change(struct serving *serving)
{
    struct err err = {0};
    bool has = false;
    int rc = read_match(serving, &err);

    if (rc == 0)
        rc = api_once_read(serving->request, &has, &serving->answer, &err);
    if (rc == 0 && has)
        change_once(serving, &err);
    else if (rc == 0)
        change(serving);
    if (err.code != 0)
        api_json_refuse(serving->response, &err);
    free(serving->answer.body);
}

// The state is read first: what comes between is then told by a state that is no more.
static void serve_question(struct serving *serving)
{
    char tag[AUDIT_TAG_SIZE] = "";
    struct err err = {0};
    bool has = false;
    int rc = read_match(serving, &err);

    if (rc == 0)
        rc = api_once_read(serving->request, &has, &serving->answer, &err);
    if (rc == 0 && api_subject_has(http_request_route(serving->request)->pattern) &&
        api_subject_find(serving->api, serving->request, &serving->subject, NULL) == 0 &&
        serving->subject.is_itself)
        rc = read_tag(serving, tag, &err);
    if (rc == 0)
        serving->handler(serving->request, serving->response, serving->api);
    else
        api_json_refuse(serving->response, &err);
    api_validator_apply(serving->request, serving->response, tag);
}

void api_terms_serve(const struct http_request *request, struct http_response *response,
    struct api *api,
    void (*handler)(const struct http_request *request, struct http_response *response, void *ctx))
{
    struct serving serving = {
        .request = request, .response = response, .api = api, .handler = handler};

    if (http_request_method(request) == HTTP_POST)
        serve_change(&serving);
    else
        serve_question(&serving);
}
