// The audit log of a database, verified without a daemon.
#include "server/daemon/verify_audit.h"

#include <stdio.h>

#include "server/audit/audit_check.h"

int verify_audit_run(const char *path, const char *anchor)
{
    char head[AUDIT_ANCHOR_SIZE];
    struct audit_anchor kept;
    struct audit_chain chain;
    struct err err = {0};

    if (anchor != NULL && !audit_chain_parse_anchor(anchor, &kept)) {
        fprintf(stderr, "secureespd: '%s' is not NUMBER:HASH\n", anchor);
        return 2;
    }
    if (audit_check_file(path, anchor != NULL ? &kept : NULL, &chain, &err) < 0) {
        fprintf(stderr, "secureespd: %s\n", err.message);
        return 1;
    }
    if (chain.bad != 0) {
        fprintf(stderr, "secureespd: %s: row %lld of the audit log is bad: %s\n", path,
            (long long)chain.bad, chain.reason);
        return 1;
    }
    audit_chain_format_anchor(&chain.head, head);
    printf("whole: %lld rows, up to %s\n", (long long)chain.head.number, head);
    return 0;
}
