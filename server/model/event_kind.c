// Kinds of event.
#include "server/model/event_kind.h"

#include <stddef.h>
#include <string.h>

bool event_kind_is_own(const char *kind)
{
    static const char *const kinds[] = {
        EVENT_KIND_WILL,
        EVENT_KIND_REBOOT,
        EVENT_KIND_SHARED_IDENTITY,
        EVENT_KIND_DOWNLOAD,
        EVENT_KIND_REVOKED,
        EVENT_KIND_READMITTED,
        EVENT_KIND_REPLACED,
        EVENT_KIND_LIMITED,
        EVENT_KIND_ENROLMENT,
        EVENT_KIND_ENROLMENT_REFUSED,
        EVENT_KIND_KEY,
        EVENT_KIND_KEY_REFUSED,
        EVENT_KIND_ROLLOUT,
    };

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i], kind) == 0)
            return true;
    }
    return false;
}
