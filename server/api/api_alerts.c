// What somebody has to be woken for.
#include "server/api/api_alerts.h"

#include <stdio.h>
#include <string.h>

#include "server/alert/alert_kind.h"
#include "server/api/api.h"
#include "server/api/api_author.h"
#include "server/api/api_json.h"
#include "server/api/api_list.h"
#include "server/audit/audit_run.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/store/alert_store.h"
#include "server/store/webhook_store.h"
#include "server/webhook/webhook_drive.h"
#include "server/webhook/webhook_kinds.h"

static json_t *describe(const struct alert *alert)
{
    const struct alert_kind *kind = alert_kind_find(alert->kind);
    json_t *object = json_object();

    api_json_set(&object, "kind", api_json_text(alert->kind));
    api_json_set(&object, "title", api_json_text(kind != NULL ? kind->title : ""));
    api_json_set(&object, "subject", api_json_text(alert->subject));
    api_json_set(&object, "detail", api_json_text(alert->detail));
    api_json_set(&object, "since_ms", json_integer(alert->since_ms));
    api_json_set(&object, "lasts", json_boolean(kind != NULL && kind->lasts));
    return object;
}

static int append(const struct alert *alert, void *ctx)
{
    api_json_append(ctx, describe(alert));
    return 0;
}

// An api_list_read.
static int read_list(struct store_connection *connection, json_t **list, void *ctx, struct err *err)
{
    (void)ctx;
    return alert_store_each(connection, append, list, err);
}

void api_alerts_list(const struct http_request *request, struct http_response *response, void *ctx)
{
    (void)request;
    api_list_send(ctx, read_list, NULL, response);
}

struct testing {
    struct alert_note note;
    int64_t webhooks; // that get it
};

static int count_webhook(const struct webhook *webhook, void *ctx)
{
    struct testing *testing = ctx;
    char kind[sizeof WEBHOOK_KINDS_ALERT + ALERT_KIND_SIZE];

    snprintf(kind, sizeof kind, WEBHOOK_KINDS_ALERT "%s", testing->note.alert.kind);
    testing->webhooks += webhook->state == WEBHOOK_ON && webhook_kinds_has(webhook->kinds, kind);
    return 0;
}

// A store_job.
static int add_note(struct store_connection *connection, void *ctx, struct err *err)
{
    struct testing *testing = ctx;
    int rc;

    testing->webhooks = 0;
    rc = alert_store_note(connection, &testing->note, err);
    return rc < 0 ? rc : webhook_store_each(connection, count_webhook, testing, err);
}

static void tell_test(struct audit_told *told, const void *ctx)
{
    const struct testing *testing = ctx;

    snprintf(told->object, sizeof told->object, "%s", testing->note.alert.kind);
    audit_json_add_number(&told->after, "note", testing->note.number);
}

static int read_kind(const struct http_request *request, struct testing *testing, struct err *err)
{
    const char *name = http_request_query(request, "kind");
    const struct alert_kind *kind = alert_kind_find(name != NULL ? name : ALERT_KIND_TEST);

    if (kind == NULL)
        return err_set(
            err, ERR_INVALID, "there are no alerts \"%.40s\"; secureesp(1) lists the kinds", name);
    snprintf(testing->note.alert.kind, sizeof testing->note.alert.kind, "%s", kind->name);
    return 0;
}

void api_alerts_test(const struct http_request *request, struct http_response *response, void *ctx)
{
    const struct api *api = ctx;
    int64_t now_ms = clock_now_ms();
    struct testing testing = {.note = {.at_ms = now_ms, .state = ALERT_TEST}};
    struct audit_author by;
    struct audit_change change = {
        .by = &by, .verb = "test", .kind = AUDIT_ALERT, .tell = tell_test};
    struct err err = {0};
    int rc = read_kind(request, &testing, &err);

    api_author_of(request, &by);
    testing.note.alert.since_ms = now_ms;
    snprintf(testing.note.alert.detail, sizeof testing.note.alert.detail,
        "nothing has happened; %s asked for a test", by.who);
    if (rc == 0)
        rc = audit_run(api->store, &change, add_note, &testing, &err);
    if (rc < 0) {
        api_json_refuse(response, &err);
        return;
    }
    log_info("api", "alerts tested kind=%s by=\"%s\"", testing.note.alert.kind, by.who);
    webhook_drive_wake(api->webhooks);
    if (api->alerts.wake != NULL)
        api->alerts.wake(api->alerts.ctx);
    api_json_send(response, 200,
        json_pack("{ss sI so sI}", "kind", testing.note.alert.kind, "note",
            (json_int_t)testing.note.number, "mail_to",
            alert_kind_is_wished(api->alerts.kinds, testing.note.alert.kind) &&
                    api->alerts.mail_to[0] != '\0'
                ? json_string(api->alerts.mail_to)
                : json_null(),
            "webhooks", (json_int_t)testing.webhooks));
}
