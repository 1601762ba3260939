#ifndef EVENT_KIND_H
#define EVENT_KIND_H

#include <stdbool.h>

// The kinds of event that the daemon notices itself; a device cannot send them. Each stands in the
// table of event_kind_is_own() too.
#define EVENT_KIND_WILL "will"
#define EVENT_KIND_REBOOT "reboot"
#define EVENT_KIND_SHARED_IDENTITY "shared-identity"
#define EVENT_KIND_DOWNLOAD "download"
#define EVENT_KIND_REVOKED "revoked"
#define EVENT_KIND_READMITTED "readmitted"
#define EVENT_KIND_REPLACED "replaced"
#define EVENT_KIND_LIMITED "limited"
#define EVENT_KIND_ENROLMENT "enrolment"
#define EVENT_KIND_ENROLMENT_REFUSED "enrolment-refused"
#define EVENT_KIND_KEY "key"
#define EVENT_KIND_KEY_REFUSED "key-refused"
#define EVENT_KIND_ROLLOUT "rollout"

// Whether it is one of these.
bool event_kind_is_own(const char *kind);

#endif
