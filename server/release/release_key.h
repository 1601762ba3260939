#ifndef RELEASE_KEY_H
#define RELEASE_KEY_H

#include "server/release/release.h"

// Keys that are to be used no more. A key that is retired still verifies what there is, but no
// image that is signed with it is published any more; one that is removed is not known any more.

// What needs a key: a pure look at a catalogue with device counts.
struct release_key_use {
    size_t signs;     // images that are signed with it
    size_t embeds;    // images that embed it: devices on them accept what is signed with it
    int64_t devices;  // that run one of these
    int64_t stranded; // that would be: no image which they come to carries another key in use, and
                      // without this one nothing could ever be signed for them again
    struct image_name first_signed, first_embedding; // "" if there is none
    struct image_name at, end; // where the first of the stranded are, and to which image they come
};
void release_key_look(const struct release_catalogue *catalogue, const struct image_key *key,
    struct release_key_use *out);

// The key that a word means: its name, its id, or at least the first 12 digits of that. *out is the
// catalogue's. ERR_NOT_FOUND if there is none, or several.
ERR_CHECKED int release_key_find(const struct release_catalogue *catalogue, const char *word,
    const struct image_key **out, struct err *err);

struct release_key_wish {
    const char *word; // the key's name, its id, or at least the first 12 digits of that
    bool force;       // also if devices, or images, need it
    bool undo;        // of retiring: it is in use again
    bool dry;         // only looks
    const struct audit_author *by;
};

struct release_key_end {
    struct image_key key;
    struct release_key_use use;
    struct err refused; // of a dry look: why it would be refused; code 0: it would not
};

// Both: durable, and seen by every later release_hold(), when they return, unless it was dry.
// ERR_NOT_FOUND; ERR_CONFLICT, and who needs it, unless forced. Retiring: if devices would be
// stranded, and are not yet. Removing: if an image is signed with it, or embeds it, also.
ERR_CHECKED int release_key_retire(struct release *release, const struct release_key_wish *wish,
    struct release_key_end *out, struct err *err);
ERR_CHECKED int release_key_remove(struct release *release, const struct release_key_wish *wish,
    struct release_key_end *out, struct err *err);

// Whether an image may be published by the key that signed it: ERR_CONFLICT if that is retired.
ERR_CHECKED int release_key_check_signer(
    const struct release_catalogue *catalogue, const struct image *image, struct err *err);

#endif
