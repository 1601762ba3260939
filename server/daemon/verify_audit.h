#ifndef VERIFY_AUDIT_H
#define VERIFY_AUDIT_H

// Tells on the standard output whether the audit log of a database is whole, on the standard error
// which row is bad; anchor: NULL, or NUMBER:HASH. The file is only read; a daemon may have it open.
// Returns an exit status: 0 if it is whole, 1 if not, or if it cannot be read, 2 for an anchor that
// is none.
int verify_audit_run(const char *path, const char *anchor);

#endif
