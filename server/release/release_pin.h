#ifndef RELEASE_PIN_H
#define RELEASE_PIN_H

#include "server/base/err.h"
#include "server/store/mark_store.h"
#include "server/store/store.h"

// Whether a device gets an image, by what an operator has said of it.

enum release_pin_answer {
    RELEASE_PIN_FREE,
    RELEASE_PIN_HELD,        // nothing is changed on it
    RELEASE_PIN_BEYOND,      // it is pinned to an earlier one
    RELEASE_PIN_OTHER_BOARD, // it is pinned to one of another board, so that no order tells
};

// Decides, purely.
enum release_pin_answer release_pin_judge(
    const struct device_mark *mark, const struct image_name *image);

// The same by what the store knows; *out is the answer. ERR_IO, ERR_UNAVAILABLE.
ERR_CHECKED int release_pin_decide(struct store *store, const char *mac,
    const struct image_name *image, enum release_pin_answer *out, struct err *err);

#endif
