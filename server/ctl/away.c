// A daemon that may be away for a while.
#include "server/ctl/away.h"

#include <stdio.h>

#include "server/ctl/text.h"

int away_judge(struct away *away, int rc, const struct err *err)
{
    if (rc < 0 && (rc != ERR_UNAVAILABLE || !away->was_there))
        return rc;
    if (rc < 0 && !away->is_away)
        text_line(stderr, "secureesp: %s; waiting for it", err->message);
    away->is_away = rc < 0;
    away->was_there = true;
    return 0;
}
