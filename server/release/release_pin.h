#ifndef RELEASE_PIN_H
#define RELEASE_PIN_H

#include <stdbool.h>
#include <stddef.h>

#include "server/base/err.h"
#include "server/release/release_chain.h"
#include "server/store/mark_store.h"
#include "server/store/store.h"

// Whether a device gets an image, by what an operator has said of it.

enum release_pin_answer {
    RELEASE_PIN_FREE,
    RELEASE_PIN_HELD,        // nothing is changed on it
    RELEASE_PIN_BEYOND,      // it is pinned to an earlier one
    RELEASE_PIN_OTHER_BOARD, // it is pinned to one of another board, so that no order tells
    RELEASE_PIN_ROLLOUT,     // a rollout brings it, and has not reached the device
};

// Decides, purely.
enum release_pin_answer release_pin_judge(
    const struct device_mark *mark, const struct image_name *image);

// Beyond which image of that board a device must not go, or false: nothing is said of that.
bool release_pin_limit(const struct device_mark *mark, const char *board, struct image_name *out);

// A device that runs an image of a board, and what it would be offered.
struct release_pin_way {
    const struct release_member *members; // of the board, as release_chain_next() has them
    size_t n;
    const struct image_name *running;
    const struct image *next;
    const struct release_member *gate; // where a rollout stops it, or NULL; set by what follows
};

// The same by what the store knows, and by rollouts; *out is the answer. way->next becomes what is
// offered to the device by these. ERR_IO, ERR_UNAVAILABLE.
ERR_CHECKED int release_pin_decide(struct store *store, const char *mac,
    struct release_pin_way *way, enum release_pin_answer *out, struct err *err);

#endif
