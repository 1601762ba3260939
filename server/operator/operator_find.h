#ifndef OPERATOR_FIND_H
#define OPERATOR_FIND_H

#include "server/model/operator.h"
#include "server/operator/operator_desk.h"

// From what somebody shows to who he is, judged anew each time. All: ERR_NOBODY if it is good for
// nothing, or no more; ERR_IO, ERR_UNAVAILABLE.

// Of a session's or token's secret.
ERR_CHECKED int operator_find_session(
    struct operator_desk *desk, const char *secret, struct operator* out, struct err *err);
ERR_CHECKED int operator_find_token(
    struct operator_desk *desk, const char *secret, struct operator* out, struct err *err);

// Of the name that a certificate bears, which was found to be good.
ERR_CHECKED int operator_find_bearer(
    struct operator_desk *desk, const char *name, struct operator* out, struct err *err);

// Whether who was found is still the same, with no less of a role; it does not count as use.
ERR_CHECKED int operator_find_again(
    struct operator_desk *desk, const struct operator* who, struct err *err);

#endif
