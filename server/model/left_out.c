// What is left out of what a device says.
#include "server/model/left_out.h"

const char *left_out_reason_name(enum left_out_reason reason)
{
    static const char *const names[LEFT_OUT_REASON_COUNT] = {
        [LEFT_OUT_MESSAGES] = "messages",
        [LEFT_OUT_WAITING] = "waiting",
        [LEFT_OUT_STATUSES] = "statuses",
        [LEFT_OUT_EVENTS] = "events",
        [LEFT_OUT_FAULTS] = "faults",
    };

    return reason < LEFT_OUT_REASON_COUNT ? names[reason] : "?";
}
