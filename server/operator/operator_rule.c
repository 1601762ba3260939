// Until when what somebody shows is good.
#include "server/operator/operator_rule.h"

#define AHEAD_MS 60000 // by which a clock that is corrected may go back

bool operator_rule_has_session(
    const struct user_session *session, const struct operator_rule_limits *limits, int64_t now_ms)
{
    return session->role > ROLE_ANYBODY && session->created_at_ms <= now_ms + AHEAD_MS &&
           session->used_at_ms <= now_ms + AHEAD_MS &&
           now_ms - session->used_at_ms < limits->idle_ms &&
           now_ms - session->created_at_ms < limits->absolute_ms;
}

bool operator_rule_is_touch_due(int64_t used_at_ms, int64_t now_ms)
{
    return now_ms - used_at_ms >= OPERATOR_RULE_TOUCH_MS || used_at_ms > now_ms + AHEAD_MS;
}

bool operator_rule_has_token(const struct user_token *token, int64_t now_ms)
{
    return token->role > ROLE_ANYBODY && token->role <= token->user_role &&
           now_ms < token->ends_at_ms;
}
