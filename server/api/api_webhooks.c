// Webhooks: how they stand, and what an operator does with them.
#include "server/api/api_webhooks.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_list.h"
#include "server/api/api_webhook_add.h"
#include "server/api/api_webhook_body.h"
#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/webhook/webhook_fill.h"

struct listing {
    struct store_connection *connection;
    json_t **list;
    struct err *err;
};

static int describe(struct store_connection *connection, const struct webhook *webhook,
    json_t **out, struct err *err)
{
    int64_t count = 0;
    int64_t oldest_ms = 0;
    int rc = webhook_store_count(connection, webhook->id, &count, &oldest_ms, err);

    if (rc < 0)
        return rc;
    *out = api_webhook_add_describe(webhook, count, oldest_ms);
    return *out == NULL ? err_set(err, ERR_NO_MEMORY, "no memory for a webhook") : 0;
}

static int append(const struct webhook *webhook, void *ctx)
{
    struct listing *listing = ctx;
    json_t *object = NULL;
    int rc = describe(listing->connection, webhook, &object, listing->err);

    if (rc == 0)
        api_json_append(listing->list, object);
    return rc;
}

// An api_list_read.
static int read_list(struct store_connection *connection, json_t **list, void *ctx, struct err *err)
{
    struct listing listing = {connection, list, err};

    (void)ctx;
    return webhook_store_each(connection, append, &listing, err);
}

void api_webhooks_list(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    (void)request;
    api_list_send(ctx, read_list, NULL, response);
}

void api_webhooks_show(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct store_connection *connection;
    struct webhook webhook;
    struct err err = {0};
    json_t *object = NULL;
    int rc = store_read_begin(api->store, &connection, &err);

    if (rc == 0) {
        rc = webhook_store_get(connection, http_request_segment(request, 0), &webhook, &err);
        if (rc == 0)
            rc = describe(connection, &webhook, &object, &err);
        store_read_end(api->store, connection);
    }
    if (rc < 0)
        api_json_refuse(response, &err);
    else
        api_json_send(response, 200, object);
}

// A store_job.
static int take(struct store_connection *connection, void *ctx, struct err *err)
{
    return webhook_store_remove(connection, *(const char **)ctx, err);
}

void api_webhooks_remove(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    const char *name = http_request_segment(request, 0);
    struct audit_author by;
    struct audit_change change = {
        .by = &by, .verb = "remove", .kind = AUDIT_WEBHOOK, .object = name};
    struct err err = {0};

    api_author_of(request, &by);
    if (audit_run(api->store, &change, take, &name, &err) < 0) {
        api_json_refuse(response, &err);
        return;
    }
    log_info("api", "webhook removed name=%s by=\"%s\"", name, by.who);
    api_json_send(response, 200, json_pack("{ss sb}", "name", name, "removed", 1));
}

struct testing {
    const char *name;
    struct webhook_message message;
};

// A store_job.
static int queue_test(struct store_connection *connection, void *ctx, struct err *err)
{
    struct testing *testing = ctx;
    struct webhook webhook;
    int64_t now_ms = clock_now_ms();
    char *body;
    int rc = webhook_store_get(connection, testing->name, &webhook, err);

    if (rc < 0)
        return rc;
    if (webhook.state != WEBHOOK_ON)
        return err_set(err, ERR_CONFLICT,
            "the receiver of %s has said that it wants nothing any more; remove the webhook, and "
            "add it again if it is to go on",
            testing->name);
    body = api_webhook_body_test(testing->name, now_ms);
    if (body == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a message");
    testing->message = (struct webhook_message){
        .webhook = webhook.id, .queued_at_ms = now_ms, .next_at_ms = now_ms};
    rc = webhook_fill_queue(connection, &testing->message, body, err);
    free(body);
    return rc;
}

static void tell_test(struct audit_told *told, const void *ctx)
{
    const struct testing *testing = ctx;

    snprintf(told->object, sizeof told->object, "%s", testing->name);
    audit_json_add_text(&told->after, "message", testing->message.id);
}

void api_webhooks_test(
    const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    struct testing testing = {.name = http_request_segment(request, 0)};
    struct audit_author by;
    struct audit_change change = {
        .by = &by, .verb = "test", .kind = AUDIT_WEBHOOK, .tell = tell_test};
    struct err err = {0};

    api_author_of(request, &by);
    if (audit_run(api->store, &change, queue_test, &testing, &err) < 0) {
        api_json_refuse(response, &err);
        return;
    }
    webhook_drive_wake(api->webhooks);
    api_json_send(
        response, 200, json_pack("{ss ss}", "name", testing.name, "message", testing.message.id));
}
