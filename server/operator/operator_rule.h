#ifndef OPERATOR_RULE_H
#define OPERATOR_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/model/user.h"

// Until when what somebody shows is good.

struct operator_rule_limits {
    int64_t idle_ms;     // a session ends when it was not used for so long
    int64_t absolute_ms; // and so long after log-in in any case
};

// A session that began in the future is of a clock that was wrong: it is good no more.
bool operator_rule_has_session(
    const struct user_session *session, const struct operator_rule_limits *limits, int64_t now_ms);

// Whether it is to be noted that a session or token was used now: not at every request.
#define OPERATOR_RULE_TOUCH_MS 20000
bool operator_rule_is_touch_due(int64_t used_at_ms, int64_t now_ms);

// It ends in time, and when its user may no longer do all that it may.
bool operator_rule_has_token(const struct user_token *token, int64_t now_ms);

#endif
