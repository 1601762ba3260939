#ifndef RELEASE_IMAGES_H
#define RELEASE_IMAGES_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/release/release.h"
#include "server/release/release_remove.h"

// The images themselves: their files together with their records in the catalogue.
struct release_images {
    struct release *release; // borrowed
    const char *folder;      // as for image_files.h, borrowed
    pthread_mutex_t adding;  // one image at a time, from its file to its record
};

void release_images_init(
    struct release_images *images, struct release *release, const char *folder);
void release_images_clear(struct release_images *images);

// A signed image, and what the operator says where the image itself is silent. All borrowed.
struct release_offer {
    const uint8_t *p;
    size_t n;
    const char *name;          // or NULL
    bool literal_name;         // see image_name_check()
    const char *const *embeds; // public keys in PEM that its successor may be signed with
    size_t embeds_count;
    const struct audit_author *by; // who offers it
};

// Stores the image and enters it, with the known key that verifies it, if there is one: an image
// that none verifies can be added, but not published. ERR_INVALID if it is no image, or says less
// than is needed; ERR_CONFLICT if it contradicts the operator, ERR_TOO_LARGE if no device of its
// layout has room for it; errors of release_add(). *existed: it was there already, and nothing
// changed.
ERR_CHECKED int release_images_add(struct release_images *images, const struct release_offer *offer,
    struct image *out, bool *existed, struct err *err);

// Removes its record, then its file. Errors of release_remove_image().
ERR_CHECKED int release_images_remove(
    struct release_images *images, const struct release_remove_wish *wish, struct err *err);

// Looks for the key of the image of that name, or (NULL) of every image, that no key verified so
// far, and records it: its key may have become known after it, or while it was added. by: whose
// change brought that about.
void release_images_find_signers(
    struct release_images *images, const struct audit_author *by, const char *name);

// Whether the stored file is still the one that was added, and its signer's key still verifies it.
struct release_images_state {
    bool stored_ok;
    bool signature_ok;
};
struct release_images_state release_images_verify(const struct release_images *images,
    const struct release_catalogue *catalogue, const struct image *image);

#endif
