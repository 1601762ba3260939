#ifndef RELEASE_CHECK_H
#define RELEASE_CHECK_H

#include <stddef.h>

#include "server/base/err.h"
#include "server/release/release_chain.h"

// What would strand a device, or leave it unable to start. Pure. Members are those of one board, in
// order.

// Whether members[index] may be published: ERR_CONFLICT while an image of another layout is
// published or runs on a device.
ERR_CHECKED int release_check_layout(
    const struct release_member *members, size_t n, size_t index, struct err *err);

// Whether members[index] alone may change its state by BOARD_POLICY_STEP: ERR_CONFLICT with the
// reason if any image that was ever published, or that a device runs, would then have a published
// successor that it cannot verify and has none such today, or if one that is published or runs
// would be followed by a published one of another layout, unless it is so today.
ERR_CHECKED int release_check_steps(const struct release_member *before,
    const struct release_member *after, size_t n, size_t index, struct err *err);

// Whether the members may become others: the same images in both, with other states, marks or
// policy; this sets `reach` in both. ERR_CONFLICT with the reason if, from any image that was ever
// published or that a device runs, devices come to the newest published one today and then would
// not, or if one that must be passed through only then would stand in the way of who comes less far
// today.
ERR_CHECKED int release_check_change(
    struct release_member *before, struct release_member *after, size_t n, struct err *err);

// Whether devices on members[i] do not come to the newest published image, although it is newer.
// Members are planned.
bool release_check_is_lost(const struct release_member *members, size_t n, size_t i);

#endif
