#ifndef RELEASE_CHAIN_H
#define RELEASE_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/model/image.h"

// The release chain of one board: pure functions over its images.
//
// An image carries the keys that verify its *successor*. A device can therefore only take the image
// that directly follows its own; one that skips an image may meet a signature that it cannot
// verify, and is stranded for ever.
//
// All images of a chain are made for one layout of flash: a device that installs one of another
// verifies it, as the key is the same, and never starts again. An image whose layout is not known
// is taken for one like the others of its chain.

// A known image, how many devices say that they run it, and how many have downloaded it and not
// installed it since.
struct release_member {
    struct image image;
    int64_t devices;
    int64_t staged;
};

// Orders two members of one board by version, for qsort(3).
int release_chain_compare(const void *a, const void *b);

enum release_answer {
    RELEASE_NEXT,          // *next is to be offered
    RELEASE_CURRENT,       // nothing newer is published
    RELEASE_UNKNOWN_IMAGE, // the running image was never added, so what it can verify is unknown
    RELEASE_STRANDED,      // *next follows, but the running image cannot verify it
    RELEASE_OTHER_LAYOUT,  // *next follows, but is of another layout; nor is one behind it offered
};

// What to offer a device that runs an image of this board. members are in order; none of them is an
// error here: the answer is then RELEASE_CURRENT. *next is set with RELEASE_NEXT, RELEASE_STRANDED
// and RELEASE_OTHER_LAYOUT, else NULL.
enum release_answer release_chain_next(const struct release_member *members, size_t n,
    const struct image_name *running, const struct image **next);

// What a device that runs the one image is to do with another behind it: RELEASE_NEXT,
// RELEASE_STRANDED or RELEASE_OTHER_LAYOUT. members are those of the board.
enum release_answer release_chain_judge(const struct release_member *members, size_t n,
    const struct image *image, const struct image *successor);

// An image that was published or runs, from which devices get to a later one (*goal) by way of the
// named image alone, among those that are known; NULL if there is none.
const struct image *release_chain_needs(
    const struct release_member *members, size_t n, const char *name, const struct image **goal);

// Whether members[index] may get the state IMAGE_PUBLISHED or IMAGE_WITHDRAWN: ERR_CONFLICT with
// the reason if any image that was ever published, or that a device runs, would then have a
// published successor that it cannot verify and has none such today. An image may not be
// published while one of another layout is published or runs on a device. None may be withdrawn if
// an image that is published or runs would then be followed by a published one of another layout,
// unless it is so today.
ERR_CHECKED int release_chain_check(const struct release_member *members, size_t n, size_t index,
    enum image_state state, struct err *err);

#endif
