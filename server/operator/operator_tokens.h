#ifndef OPERATOR_TOKENS_H
#define OPERATOR_TOKENS_H

#include "server/model/operator.h"
#include "server/operator/operator_secret.h"
#include "server/operator/operator_users.h"

// Changes of tokens, as those of users.

// Makes a token of change->name for who asks, and writes its secret, which is kept nowhere. The
// token's `user`, `hash` and times are filled in. ERR_DENIED if he may not do as much himself; a
// token that is made with another does not outlast that. ERR_INVALID, ERR_CONFLICT.
#define OPERATOR_TOKENS_DAYS_MAX 3650
ERR_CHECKED int operator_tokens_add(const struct operator_users_change *change,
    const struct operator* who, struct user_token *token, int64_t days,
    char secret[OPERATOR_SECRET_SIZE], struct err *err);

// ERR_NOT_FOUND; ERR_DENIED if it is another's, and he is no administrator, or may do more than he.
ERR_CHECKED int operator_tokens_remove(
    const struct operator_users_change *change, const struct operator* who, struct err *err);

#endif
