#ifndef AWAY_H
#define AWAY_H

#include <stdbool.h>

#include "server/base/err.h"

// A daemon that is looked at again and again. One that is away for a while is told of once, on
// standard error, and waited for; one that was never there ends it. Begins as {0}.
struct away {
    bool was_there;
    bool is_away;
};

// How a look went, by its rc and message: 0 if there is to be another one, else rc.
ERR_CHECKED int away_judge(struct away *away, int rc, const struct err *err);

#endif
