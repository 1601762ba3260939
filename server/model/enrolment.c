// Enrolments: the names of their states.
#include "server/model/enrolment.h"

const char *enrolment_state_name(enum enrolment_state state)
{
    static const char *const names[ENROLMENT_STATE_COUNT] = {
        [ENROLMENT_LISTED] = "listed",
        [ENROLMENT_PENDING] = "pending",
        [ENROLMENT_APPROVED] = "approved",
        [ENROLMENT_REJECTED] = "rejected",
        [ENROLMENT_ENROLLED] = "enrolled",
    };

    return (unsigned)state < ENROLMENT_STATE_COUNT ? names[state] : "unknown";
}
