#ifndef WEBHOOK_KINDS_H
#define WEBHOOK_KINDS_H

#include <stdbool.h>

// Which kinds of event a webhook asks for: patterns with '*' and '?', one blank between them; "" is
// all. Kinds are those of events, "rollout-" with what happens to a rollout (the audit log's verb),
// "alert-" with an alert's,
// and WEBHOOK_KINDS_TEST, which every webhook gets.

#define WEBHOOK_KINDS_TEST "webhook-test"
#define WEBHOOK_KINDS_ROLLOUT "rollout-"
#define WEBHOOK_KINDS_ALERT "alert-"

// Whether a text can be one of them: 1 to 31 lower-case letters, digits, '-', '_', '*' and '?'.
bool webhook_kinds_is_pattern(const char *text);

bool webhook_kinds_has(const char *kinds, const char *kind);

#endif
