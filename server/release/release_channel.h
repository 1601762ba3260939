#ifndef RELEASE_CHANNEL_H
#define RELEASE_CHANNEL_H

#include "server/base/err.h"
#include "server/release/release_chain.h"

// The release chain of a board as the devices of one channel see it. Pure. To who follows beta, all
// that is published is offered; to who follows stable, what is published in beta is as if it were
// withdrawn, or only added if it never was in stable. So what release_chain.h and release_check.h
// say of members is said of one channel.

// Writes the n members to out (which may be members) as that channel sees them, with the devices
// that follow it.
void release_channel_view(const struct release_member *members, size_t n, enum channel channel,
    struct release_member *out);

// Whether the two channels see other members.
bool release_channel_differs(const struct release_member *members, size_t n);

// Whether a device that runs an image of this board may be offered something else in the one
// channel than in the other: if not, it need not be asked which it follows.
bool release_channel_matters(
    const struct release_member *members, size_t n, const struct image_name *running);

// Whether an image waits for its channel: it is published in beta, and newer than all that is in
// stable, so that a device that runs it and follows stable stays on it until that catches up.
bool release_channel_is_ahead(const struct release_member *members, size_t n, size_t i);

// What may become of the members of a board.
struct release_channel_change {
    const struct release_member *before, *after; // the same images in both
    size_t n;
    size_t index; // of the image that alone changes its state or channel; n: other things do
};

// Whether it may, as the devices of each channel see it: errors of release_check_change(), or of
// release_check_steps() where one image changes by BOARD_POLICY_STEP; the message says in which
// channel if they see other members.
ERR_CHECKED int release_channel_check(const struct release_channel_change *change, struct err *err);

// The same of members[index] alone, which would become that image.
ERR_CHECKED int release_channel_check_image(const struct release_member *members, size_t n,
    size_t index, const struct image *wish, struct err *err);

#endif
