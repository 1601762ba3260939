#ifndef RELEASE_NEXT_H
#define RELEASE_NEXT_H

#include "server/base/err.h"
#include "server/model/rollout.h"
#include "server/release/release_follow.h"
#include "server/release/release_pin.h"
#include "server/store/store.h"

// What a device is offered: by the chain of its channel, by what an operator has said of it, and
// by rollouts. The download server goes by it, and so does all that tells of it.
struct release_next {
    enum release_answer answer;      // by the chain; without RELEASE_NEXT the device gets nothing
    enum release_pin_answer pin;     // of RELEASE_NEXT: RELEASE_PIN_FREE, or why it gets nothing
    const struct image *image;       // that it gets, or that follows; NULL if nothing does
    char rollout[ROLLOUT_NAME_SIZE]; // that keeps the image, with RELEASE_PIN_ROLLOUT; or ""
};

// Sets *out, and what is found in follow: with follow->n 0 the board is unknown, and nothing is
// offered. The image is the catalogue's. Errors of release_follow_find(), release_pin_decide().
ERR_CHECKED int release_next_find(
    struct store *store, struct release_follow *follow, struct release_next *out, struct err *err);

#endif
