// What webhooks send.
#include "server/api/api_webhook_body.h"

#include <stdio.h>

#include "server/api/api_json.h"
#include "server/webhook/webhook_kinds.h"

static char *dump(json_t *object)
{
    char *text = object != NULL ? api_json_dump(object) : NULL;

    json_decref(object);
    return text;
}

char *api_webhook_body_event(const struct event *event, int64_t id)
{
    json_t *object = api_json_event(event);

    api_json_set(&object, "id", json_integer(id));
    api_json_set(&object, "mac", json_string(event->mac));
    return dump(object);
}

// How the rollout is then, as far as the audit log has it.
static json_t *after(const struct audit_row *row)
{
    json_t *object = row->after[0] != '\0' ? json_loads(row->after, 0, NULL) : NULL;

    return object != NULL ? object : json_null();
}

char *api_webhook_body_rollout(const struct audit_row *row)
{
    char kind[sizeof WEBHOOK_KINDS_ROLLOUT + AUDIT_VERB_SIZE];
    json_t *object = json_object();

    snprintf(kind, sizeof kind, WEBHOOK_KINDS_ROLLOUT "%s", row->verb);
    api_json_set(&object, "at_ms", json_integer(row->at_ms));
    api_json_set(&object, "event", api_json_text(kind));
    api_json_set(&object, "rollout", api_json_text(row->object));
    api_json_set(&object, "who", api_json_text(row->author.who));
    api_json_set(&object, "change", json_integer(row->number));
    api_json_set(&object, "after", after(row));
    return dump(object);
}

char *api_webhook_body_alert(const struct alert_note *note)
{
    static const char *const states[] = {
        [ALERT_RAISED] = "raised", [ALERT_RESOLVED] = "resolved", [ALERT_TEST] = "test"};
    char kind[sizeof WEBHOOK_KINDS_ALERT + ALERT_KIND_SIZE];
    json_t *object = json_object();

    snprintf(kind, sizeof kind, WEBHOOK_KINDS_ALERT "%s", note->alert.kind);
    api_json_set(&object, "at_ms", json_integer(note->at_ms));
    api_json_set(&object, "event", api_json_text(kind));
    api_json_set(&object, "state", json_string(states[note->state]));
    api_json_set(&object, "subject", api_json_text(note->alert.subject));
    api_json_set(&object, "detail", api_json_text(note->alert.detail));
    api_json_set(&object, "since_ms", json_integer(note->alert.since_ms));
    api_json_set(&object, "note", json_integer(note->number));
    return dump(object);
}

char *api_webhook_body_test(const char *name, int64_t at_ms)
{
    json_t *object = json_object();

    api_json_set(&object, "at_ms", json_integer(at_ms));
    api_json_set(&object, "event", json_string(WEBHOOK_KINDS_TEST));
    api_json_set(&object, "webhook", api_json_text(name));
    return dump(object);
}
