#ifndef PKI_RENEWAL_H
#define PKI_RENEWAL_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/pki/certificate.h"
#include "server/pki/issuer.h"

// What becomes of a certificate that ends: another one for the same key, which says the same.

#define RENEWAL_DAYS_DEFAULT 30

// When it is to be renewed, Unix ms: that many days before its end; 0: 30 days, or a third of its
// life if that is less.
int64_t renewal_due_ms(const struct certificate *certificate, int before_days);

// Whether another one may take its place: the same key, subject and names, for no purpose that it
// has not, and no CA. ERR_DENIED with what differs.
ERR_CHECKED int renewal_check(
    const struct certificate *old, const struct certificate *fresh, struct err *err);

// Issues one that lasts as long as the old one did, or as long as the CA if that is shorter.
// ERR_CONFLICT if that would end no later than the old one, ERR_DENIED as renewal_check(), or as
// issuer_issue().
ERR_CHECKED int renewal_issue(const struct issuer *issuer, const struct certificate *old,
    int64_t now_ms, struct certificate **out, struct err *err);

#endif
