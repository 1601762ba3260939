// What was changed, for the log.
#include "server/revocation/revocation_audit.h"

#include "server/base/log.h"

void revocation_audit_revoke(const struct revocation_change *change)
{
    log_warning("revocation",
        "device revoked mac=%s reason=%s changed=%d certificates=%zu commands=%zu number=%lld",
        change->subject, change->now.reason, change->changed, change->certificates,
        change->commands, (long long)change->number);
}

void revocation_audit_readmit(const struct revocation_change *change)
{
    log_warning("revocation", "device readmitted mac=%s changed=%d number=%lld", change->subject,
        change->changed, (long long)change->number);
}

void revocation_audit_certificate(const struct revocation_change *change)
{
    log_warning("revocation", "certificate revoked serial=%s reason=%s changed=%d number=%lld",
        change->subject, change->reason, change->changed, (long long)change->number);
}
