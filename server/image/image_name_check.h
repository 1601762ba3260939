#ifndef IMAGE_NAME_CHECK_H
#define IMAGE_NAME_CHECK_H

#include <stdbool.h>

#include "common/image_name.h"
#include "server/base/err.h"

// Judges the name that a new image is to have. ERR_INVALID, with what to write instead, if it is
// none; ERR_CONFLICT if people may read it in another way than it will be taken (a board that ends
// in what looks like a version, a field such as "rc" that would come after the release, a
// pre-release such as "hotfix" that would come before it), unless literal says that it is meant by
// the letter.
ERR_CHECKED int image_name_check(
    const char *text, bool literal, struct image_name *out, struct err *err);

#endif
