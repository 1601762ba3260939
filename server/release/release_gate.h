#ifndef RELEASE_GATE_H
#define RELEASE_GATE_H

#include <stdbool.h>
#include <stddef.h>

#include "server/base/err.h"
#include "server/release/release_pin.h"
#include "server/store/store.h"

// Images that a rollout brings to one device after the other: who it has not reached is offered
// neither such an image nor one behind it.

// The first such image behind the one that the device runs; *out is NULL if there is none. way:
// members, n and running are used. Costs nothing where no image is gated. ERR_IO.
ERR_CHECKED int release_gate_find(struct store_connection *connection, const char *mac,
    const struct release_pin_way *way, const struct release_member **out, struct err *err);

// The first such image for a device that no rollout has reached, purely; NULL if there is none.
const struct release_member *release_gate_first(const struct release_pin_way *way);

// Whether an image is that one, or behind it; gate: NULL for none. Of the same board.
bool release_gate_bars(const struct release_member *gate, const struct image_name *image);

// The name of the last image before the gate, or NULL.
const struct image_name *release_gate_limit(
    const struct release_pin_way *way, const struct release_member *gate);

// What an image's rollout means to who publishes or withdraws it, and what to do about it: a
// sentence without its end; "" if it is under none. size: RELEASE_GATE_TEXT_SIZE.
#define RELEASE_GATE_TEXT_SIZE 512
void release_gate_tell(const struct release_member *member, char *out, size_t size);

#endif
