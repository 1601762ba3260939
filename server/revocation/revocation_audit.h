#ifndef REVOCATION_AUDIT_H
#define REVOCATION_AUDIT_H

#include "server/revocation/revocation_change.h"

// The lines of the log that say what was changed: as `log` of a revocation_change.
void revocation_audit_revoke(const struct revocation_change *change);
void revocation_audit_readmit(const struct revocation_change *change);
void revocation_audit_certificate(const struct revocation_change *change);

#endif
