#ifndef RELEASE_FIND_H
#define RELEASE_FIND_H

#include <stddef.h>

#include "server/base/err.h"
#include "server/release/release.h"

// What stands in a state of the catalogue. All that is returned is the catalogue's.

// The members of a board: their first place and how many. 0 if the board is unknown.
size_t release_find_board(
    const struct release_catalogue *catalogue, const char *board, size_t *first);

// The same members as devices of the channel see them.
const struct release_member *release_find_channel(
    const struct release_catalogue *catalogue, enum channel channel);

// The image of that name, or NULL; of the member, *err says then what to do (ERR_NOT_FOUND).
const struct image *release_find_image(const struct release_catalogue *catalogue, const char *name);
const struct release_member *release_find_member(
    const struct release_catalogue *catalogue, const char *name, struct err *err);

// The operator's name for a key, or NULL if it is not known.
const char *release_find_key_name(const struct release_catalogue *catalogue, const char *key_id);

#endif
