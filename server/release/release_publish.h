#ifndef RELEASE_PUBLISH_H
#define RELEASE_PUBLISH_H

#include "server/release/release.h"

// Publishing images and taking that back. Durable, and seen by every later release_hold(), when
// they return.

struct release_publish_wish {
    const char *name;
    enum channel channel; // to whom; CHANNEL_NONE: stable
    bool promote;         // only what is published already: to stable
    bool force;           // even if it strands devices
    bool no_force;        // whoever asks has no such choice, and is not told of it
    const struct audit_author *by;
};

// ERR_NOT_FOUND; ERR_DENIED if no known key verifies the image; ERR_CONFLICT if it embeds no key or
// is of another layout than its chain, or, unless forced, if it would strand a device of any
// channel. What is published in one channel may be published in the other: what leaves stable for
// beta is then as if it were withdrawn there. Publishing what is published so changes nothing.
ERR_CHECKED int release_publish(
    struct release *release, const struct release_publish_wish *wish, struct err *err);

// Whether it would be done; changes nothing.
ERR_CHECKED int release_publish_check(const struct release_catalogue *catalogue,
    const struct release_publish_wish *wish, struct err *err);

// It is done within a release_change, with a row of the audit log of its own.
ERR_CHECKED int release_publish_within(struct store_connection *connection,
    struct release_catalogue *catalogue, const struct release_publish_wish *wish, struct err *err);

// ERR_NOT_FOUND; ERR_CONFLICT if it is not published, or without force would strand a device. That
// ends what an aborted rollout has left: published again, it is offered to all.
ERR_CHECKED int release_publish_withdraw(
    struct release *release, const struct release_publish_wish *wish, struct err *err);

#endif
