#ifndef RELEASE_POLICY_H
#define RELEASE_POLICY_H

#include "server/release/release.h"

// How devices climb the release chain of a board, as an operator wants it. Changes are durable, and
// seen by every later release_hold(), when they return.

struct release_policy_wish {
    const char *board;
    enum board_policy policy;
    bool force;
    const struct audit_author *by;
};

// ERR_NOT_FOUND if the board has no image; ERR_CONFLICT, unless forced, if devices come to the
// newest published image today and would no more.
ERR_CHECKED int release_policy_set(
    struct release *release, const struct release_policy_wish *wish, struct err *err);

struct release_policy_mark {
    const char *image;
    bool must_pass; // while it is published, no device goes past it
    bool force;
    const struct audit_author *by;
};

// The same for the mark of an image. By BOARD_POLICY_STEP it changes nothing but what has been
// downloaded already.
ERR_CHECKED int release_policy_mark_image(
    struct release *release, const struct release_policy_mark *mark, struct err *err);

struct release_policy_pin {
    const struct image_name *running, *pin;
    enum channel channel; // that the device follows
};

// Whether a device that runs the one image may be told not to go beyond another of its board:
// ERR_CONFLICT if that is one to which it is never sent, as it would come less far from there. Of
// names that are not known nothing is said.
ERR_CHECKED int release_policy_check_pin(const struct release_catalogue *catalogue,
    const struct release_policy_pin *wish, struct err *err);

#endif
