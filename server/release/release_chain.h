#ifndef RELEASE_CHAIN_H
#define RELEASE_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/model/board_policy.h"
#include "server/model/image.h"
#include "server/model/rollout.h"

// The release chain of one board: pure functions over its images.
//
// An image carries the keys that verify its *successor*. So the images are a graph: from A to each
// later one that a key in A verifies. A device that skips an image may meet a signature that it
// cannot verify, and is stranded for ever. By BOARD_POLICY_STEP, a device therefore only gets the
// image that directly follows its own. By BOARD_POLICY_LEAP, it gets the furthest published one
// that its own verifies, but never goes past one that must be passed through, nor to one from which
// it would come less far than from where it is.
//
// All images of a chain are made for one layout of flash: a device that installs one of another
// verifies it, as the key is the same, and never starts again. An image whose layout is not known
// is taken for one like the others of its chain.

// A known image, how many devices say that they run it, and how many have downloaded it and not
// installed it since.
struct release_member {
    struct image image;
    int64_t devices;
    int64_t beta_devices; // of these: that follow beta
    int64_t staged;
    enum board_policy policy; // of its board: the same in all of them
    size_t reach;             // place of the last image that a device on it comes to; its own: none
    char rollout[ROLLOUT_NAME_SIZE]; // that brings it to devices, and keeps it from others; or ""
    char under[ROLLOUT_NAME_SIZE];   // one that has not ended, or that one; or ""
    enum rollout_state under_state;
};

// Orders two members of one board by version, for qsort(3).
int release_chain_compare(const void *a, const void *b);

// Whether devices may come to run it, or do. A withdrawn mistake that nobody runs is none of them:
// it must not keep its chain from going on.
bool release_chain_is_live(const struct release_member *member);

// Whether devices may run it, also such as are not known.
bool release_chain_may_run(const struct release_member *member);

// The place of the first published image from `place` on; n if there is none.
size_t release_chain_successor(const struct release_member *members, size_t n, size_t place);

// The first live image of another layout than the given one, or NULL.
const struct image *release_chain_other_layout(
    const struct release_member *members, size_t n, const struct image *image);

// Sets `reach` of all members of one board, which are in order. To be done again when any of them
// has changed: what follows goes by it.
void release_chain_plan(struct release_member *members, size_t n);

enum release_answer {
    RELEASE_NEXT,          // *next is to be offered
    RELEASE_CURRENT,       // nothing newer is published
    RELEASE_UNKNOWN_IMAGE, // the running image was never added, so what it can verify is unknown
    RELEASE_STRANDED,      // *next follows, but the running image cannot verify it
    RELEASE_OTHER_LAYOUT,  // *next follows, but is of another layout; nor is one behind it offered
    RELEASE_PASSES_BY, // of release_chain_permit() alone: an image between must be passed through
    RELEASE_DEAD_END,  // of the same: a device on it would come less far
};

// What to offer a device that runs an image of this board. members are in order and planned; none
// of them is an error here: the answer is then RELEASE_CURRENT. *next is set with RELEASE_NEXT,
// RELEASE_STRANDED and RELEASE_OTHER_LAYOUT, else NULL: with these two it is the first published
// one behind.
enum release_answer release_chain_next(const struct release_member *members, size_t n,
    const struct image_name *running, const struct image **next);

// The same for a device that is not to go beyond limit (NULL: it may): *next is beyond it only if
// nothing else can be offered, and is then not to be offered either.
enum release_answer release_chain_next_within(const struct release_member *members, size_t n,
    const struct image_name *running, const struct image_name *limit, const struct image **next);

// Whether a device that runs the one image may go to another at once, as far as keys, layouts and
// what must be passed through tell: RELEASE_NEXT, or why not. What it was offered before another
// was published stays permitted where it does no harm. Both are of this board.
enum release_answer release_chain_permit(const struct release_member *members, size_t n,
    const struct image *running, const struct image *image);

// What a device that runs the one image is to do with another behind it, by themselves:
// RELEASE_NEXT, RELEASE_STRANDED or RELEASE_OTHER_LAYOUT. members are those of the board.
enum release_answer release_chain_judge(const struct release_member *members, size_t n,
    const struct image *image, const struct image *successor);

// An image that was published or runs, from which devices get to a later one (*goal) by way of the
// named image alone, among those that are known; NULL if there is none.
const struct image *release_chain_needs(
    const struct release_member *members, size_t n, const char *name, const struct image **goal);

#endif
