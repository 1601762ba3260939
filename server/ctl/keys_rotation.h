#ifndef CTL_KEYS_ROTATION_H
#define CTL_KEYS_ROTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "server/ctl/keys.h"

// How far a board is on its way from one signing key to another. An image's successor is verified
// with the keys that it embeds: so an image that the old key signs brings the new key to the
// devices, and from the one after it on the new key signs.

enum keys_rotation_stage {
    KEYS_ROTATION_EMBED, // the newest published image does not embed the new key
    KEYS_ROTATION_SIGN,  // it does, and is signed with another one
    KEYS_ROTATION_MOVE,  // it is signed with the new key; devices run images that do not embed it
    KEYS_ROTATION_DONE,  // there are no such devices
};

// The texts are the images'.
struct keys_rotation {
    const char *board;
    enum keys_rotation_stage stage;
    const char *newest;                // published image
    char signer[KEYS_LABEL_SIZE];      // who signed it
    char next_signer[KEYS_LABEL_SIZE]; // who may sign its successor: the first key that it embeds
    int64_t behind;                    // devices on images that do not embed the new key
    const char *candidate; // the last image behind it that was added and never published
    const char *flaw;      // why that is not the image that is needed, or NULL
};

// As the API names it: "embed", "sign", "move", "done".
const char *keys_rotation_stage_name(enum keys_rotation_stage stage);

// Reads where the next board stands, from images as `GET /images` lists them, *at of them on, and
// moves *at behind it. key: the new one's id. False at the end. Boards without a published image
// are passed over: any key may sign their first one.
bool keys_rotation_next(
    const json_t *images, const char *key, size_t *at, struct keys_rotation *out);

#endif
