#ifndef RELEASE_H
#define RELEASE_H

#include <stdbool.h>
#include <stddef.h>

#include "server/audit/audit_run.h"
#include "server/base/err.h"
#include "server/model/audit.h"
#include "server/model/image.h"
#include "server/release/release_chain.h"
#include "server/store/store.h"

// The images and keys of the whole fleet, in memory for every reader and durable in the store.
struct release;

ERR_CHECKED int release_open(struct store *store, struct release **out, struct err *err);
void release_close(struct release *release);

// One state of the catalogue; it does not change while it is held. Device counts in it are 0.
struct release_catalogue {
    struct release_member *members; // by board, then version: as who follows beta sees them
    struct release_member *stable;  // as the others do; NULL if that is the same
    size_t member_count;
    struct image_key *keys;
    size_t key_count;
    unsigned references; // for release.c alone
};

// Take and give back the present catalogue. Any thread; costs no I/O.
const struct release_catalogue *release_hold(struct release *release);
void release_drop(struct release *release, const struct release_catalogue *catalogue);

// Reads the catalogue anew, after something else has changed what is in it. Any thread but the
// store's writer.
ERR_CHECKED int release_refresh(struct release *release, struct err *err);

// Changes. All are durable, and seen by every later release_hold(), when they return; each has its
// row of the audit log. by: who wants it, or NULL for the daemon itself.

// A change of the catalogue as it is at that moment, with device counts, on the store's writer: a
// negative return undoes it. Others build on it. What `change` tells is told with the same ctx.
typedef int release_change(struct store_connection *connection, struct release_catalogue *catalogue,
    void *ctx, struct err *err);
ERR_CHECKED int release_make_change(struct release *release, const struct audit_change *change,
    release_change *apply, void *ctx, struct err *err);

// Such a function that changes nothing, on a reader's connection: for who only wants to know.
ERR_CHECKED int release_look(
    struct release *release, release_change *look, void *ctx, struct err *err);

struct release_added {
    bool existed;                     // the very same image was there already
    char replaced[IMAGE_SHA256_SIZE]; // of the file whose place it took, or ""
};

// Takes the place of an image of that name, or of an equal version, that was never published and
// that no device runs or has downloaded. ERR_CONFLICT if there is any other such image, unless it
// is the same.
ERR_CHECKED int release_add(struct release *release, const struct audit_author *by,
    const struct image *image, struct release_added *added, struct err *err);

// Records which known key verifies an image that none verified before. ERR_NOT_FOUND; ERR_CONFLICT
// if the image of that name is another one (by SHA-256) by now.
ERR_CHECKED int release_set_signer(struct release *release, const struct audit_author *by,
    const struct image *image, const char *key_id, struct err *err);

// *existed: the same key was there already under that name. ERR_CONFLICT if the key or the name is
// known otherwise.
ERR_CHECKED int release_add_key(struct release *release, const struct audit_author *by,
    const struct image_key *key, bool *existed, struct err *err);

#endif
