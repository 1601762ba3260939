#ifndef TEST_UNIT_SERVER_RELEASE_PUBLISH_H
#define TEST_UNIT_SERVER_RELEASE_PUBLISH_H

// Publications as the tests make them.

#include "server/release/release_publish.h"

static inline int publish(struct release *release, const char *name, struct err *err)
{
    const struct release_publish_wish wish = {.name = name};

    return release_publish(release, &wish, err);
}

static inline int withdraw(struct release *release, const char *name, bool force, struct err *err)
{
    const struct release_publish_wish wish = {.name = name, .force = force};

    return release_publish_withdraw(release, &wish, err);
}

#endif
