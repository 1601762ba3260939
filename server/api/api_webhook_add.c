// Adds a webhook.
#include "server/api/api_webhook_add.h"

#include <stdio.h>
#include <string.h>

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/select/select_parse.h"
#include "server/store/device_store.h"
#include "server/store/webhook_store.h"
#include "server/webhook/webhook_kinds.h"

static const struct api_member members[] = {
    {"name", API_MEMBER_TEXT},
    {"url", API_MEMBER_TEXT},
    {"events", API_MEMBER_TEXTS},
    {"filter", API_MEMBER_TEXT},
    {"secret", API_MEMBER_TEXT},
    {0},
};

static json_t *time_json(int64_t time_ms)
{
    return time_ms != 0 ? json_integer(time_ms) : json_null();
}

static json_t *kinds_json(const char *kinds)
{
    json_t *list = json_array();

    for (const char *p = kinds; *p != '\0'; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");

        api_json_append(&list, json_stringn(p, n));
        p += n;
    }
    return list;
}

static json_t *last_json(const struct webhook_last *last)
{
    json_t *object;

    if (last->message[0] == '\0')
        return json_null();
    object = json_object();
    api_json_set(&object, "message", json_string(last->message));
    api_json_set(&object, "at_ms", json_integer(last->at_ms));
    api_json_set(&object, "status", last->status != 0 ? json_integer(last->status) : json_null());
    api_json_set(&object, "error", api_json_text(last->error));
    return object;
}

json_t *api_webhook_add_describe(
    const struct webhook *webhook, int64_t queued, int64_t oldest_at_ms)
{
    json_t *object = json_object();

    api_json_set(&object, "name", json_string(webhook->name));
    api_json_set(&object, "url", json_string(webhook->url));
    api_json_set(&object, "events", kinds_json(webhook->kinds));
    api_json_set(&object, "filter", api_json_text(webhook->filter));
    api_json_set(&object, "set_by", api_json_text(webhook->set_by));
    api_json_set(&object, "created_at_ms", json_integer(webhook->created_at_ms));
    api_json_set(&object, "state", json_string(webhook->state == WEBHOOK_ON ? "on" : "gone"));
    api_json_set(&object, "queued", json_integer(queued));
    api_json_set(&object, "oldest_at_ms", time_json(oldest_at_ms));
    api_json_set(&object, "sent", json_integer(webhook->sent));
    api_json_set(&object, "failed", json_integer(webhook->failed));
    api_json_set(&object, "given_up", json_integer(webhook->given_up));
    api_json_set(&object, "dropped", json_integer(webhook->dropped));
    api_json_set(&object, "last", last_json(&webhook->last));
    return object;
}

static const char *text_of(const json_t *body, const char *name)
{
    return json_string_value(json_object_get(body, name));
}

static int read_kinds(const json_t *texts, char out[WEBHOOK_KINDS_SIZE], struct err *err)
{
    size_t n = 0;
    size_t i;
    json_t *it;

    json_array_foreach(texts, i, it)
    {
        const char *text = json_string_value(it);

        if (text == NULL || !webhook_kinds_is_pattern(text))
            return err_set(err, ERR_INVALID,
                "a kind of event is 1 to %d lower-case letters, digits, '-', '_', '*' and '?'",
                EVENT_KIND_SIZE - 1);
        if (n + strlen(text) + 2 > WEBHOOK_KINDS_SIZE)
            return err_set(err, ERR_INVALID, "too many kinds of event");
        n += (size_t)snprintf(out + n, WEBHOOK_KINDS_SIZE - n, "%s%s", n > 0 ? " " : "", text);
    }
    return 0;
}

// A name that is given, or the URL's host.
static int read_name(
    const char *given, const struct webhook_url *url, char out[WEBHOOK_NAME_SIZE], struct err *err)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    const char *name = given != NULL ? given : url->host;
    size_t n = strspn(name, plain);

    if (n == 0 || n >= WEBHOOK_NAME_SIZE || name[n] != '\0' || api_members_is_dots(name))
        return err_set(err, ERR_INVALID,
            "the webhook needs a name of 1 to %d letters, digits, '.', '_' or '-', not '.' or "
            "'..' alone",
            WEBHOOK_NAME_SIZE - 1);
    memcpy(out, name, n + 1);
    return 0;
}

static int read_filter(const char *text, char out[WEBHOOK_FILTER_SIZE], struct err *err)
{
    struct select_tree tree;
    int rc = text != NULL ? select_parse(text, &tree, err) : 0;

    if (rc == 0 && text != NULL)
        snprintf(out, WEBHOOK_FILTER_SIZE, "%s", text);
    return rc;
}

static int read_key(const char *given, struct webhook_key *out, struct err *err)
{
    return given != NULL ? webhook_sign_read(given, out, err) : webhook_sign_make(out, err);
}

static int read_webhook(const struct api *api, const json_t *body, struct webhook *out,
    struct webhook_key *key, struct err *err)
{
    const char *url = text_of(body, "url");
    struct webhook_url parsed;
    int rc = url != NULL ? webhook_drive_judge(api->webhooks, url, &parsed, err)
                         : err_set(err, ERR_INVALID, "the body lacks \"url\"");

    if (rc < 0)
        return rc;
    snprintf(out->url, sizeof out->url, "%s", url);
    rc = read_name(text_of(body, "name"), &parsed, out->name, err);
    if (rc == 0)
        rc = read_kinds(json_object_get(body, "events"), out->kinds, err);
    if (rc == 0)
        rc = read_filter(text_of(body, "filter"), out->filter, err);
    if (rc == 0)
        rc = read_key(text_of(body, "secret"), key, err);
    return rc < 0 ? rc : webhook_drive_seal(api->webhooks, key, out, err);
}

static int count_one(const struct webhook *webhook, void *ctx)
{
    (void)webhook;
    ++*(size_t *)ctx;
    return 0;
}

// Whether its filter can be asked, of groups that it names, too.
static int check_filter(
    struct store_connection *connection, const struct webhook *webhook, struct err *err)
{
    struct select_tree tree;
    struct device_filter filter = {.trees = &tree, .tree_count = 1, .now_ms = clock_now_ms()};
    int rc = webhook->filter[0] != '\0' ? select_parse(webhook->filter, &tree, err) : 1;

    if (rc != 0)
        return rc < 0 ? rc : 0;
    return device_store_check_filter(connection, &filter, err);
}

// A store_job.
static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    struct webhook *webhook = ctx;
    size_t count = 0;
    int rc = webhook_store_each(connection, count_one, &count, err);

    if (rc == 0 && count >= WEBHOOK_MAX)
        rc = err_set(err, ERR_CONFLICT, "there are %d webhooks, and can be no more", WEBHOOK_MAX);
    if (rc == 0)
        rc = check_filter(connection, webhook, err);
    webhook->created_at_ms = clock_now_ms(); // here, since the writer also moves the clock
    return rc < 0 ? rc : webhook_store_add(connection, webhook, err);
}

// It is shown once: here.
static void answer(
    struct http_response *response, const struct webhook *webhook, const struct webhook_key *key)
{
    char secret[WEBHOOK_SIGN_SECRET_SIZE];
    json_t *object = api_webhook_add_describe(webhook, 0, 0);

    webhook_sign_write(key, secret);
    api_json_set(&object, "secret", json_string(secret));
    explicit_bzero(secret, sizeof secret);
    api_json_send(response, 201, object);
}

void api_webhook_add_run(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct webhook webhook = {.id = 0};
    struct webhook_key key = {.n = 0};
    struct audit_author by;
    struct audit_change change = {
        .by = &by, .verb = "add", .kind = AUDIT_WEBHOOK, .object = webhook.name};
    struct err err = {0};
    json_t *body = NULL;
    size_t n;
    const uint8_t *p = http_request_body(request, &n);
    int rc = api_members_read(p, n, members, &body, &err);

    api_author_of(request, &by);
    snprintf(webhook.set_by, sizeof webhook.set_by, "%s", by.who);
    if (rc == 0)
        rc = read_webhook(api, body, &webhook, &key, &err);
    json_decref(body);
    if (rc == 0)
        rc = audit_run(api->store, &change, put, &webhook, &err);
    if (rc < 0) {
        api_json_refuse(response, &err);
    } else {
        log_info("api", "webhook added name=%s by=\"%s\"", webhook.name, webhook.set_by);
        answer(response, &webhook, &key);
    }
    explicit_bzero(&key, sizeof key);
}
