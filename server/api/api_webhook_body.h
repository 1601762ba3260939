#ifndef API_WEBHOOK_BODY_H
#define API_WEBHOOK_BODY_H

#include "server/model/alert.h"
#include "server/model/audit.h"
#include "server/model/event.h"

// What webhooks send, as JSON: *webhook event* of README.md. The caller frees it; NULL without
// memory.
char *api_webhook_body_event(const struct event *event, int64_t id);
char *api_webhook_body_rollout(const struct audit_row *row);
char *api_webhook_body_test(const char *name, int64_t at_ms);

// An alert, or its end.
char *api_webhook_body_alert(const struct alert_note *note);

#endif
