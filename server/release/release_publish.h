#ifndef RELEASE_PUBLISH_H
#define RELEASE_PUBLISH_H

#include "server/release/release.h"

// An image is offered from now on. ERR_NOT_FOUND; ERR_DENIED if no known key verifies the image;
// ERR_CONFLICT if it embeds no key, would strand a device, or is of another layout than its chain.
// Publishing a published image changes nothing. As the changes of release.h.
ERR_CHECKED int release_publish(
    struct release *release, const struct audit_author *by, const char *name, struct err *err);

// The same within a release_change, with a row of the audit log of its own.
ERR_CHECKED int release_publish_within(struct store_connection *connection,
    struct release_catalogue *catalogue, const struct audit_author *by, const char *name,
    struct err *err);

// Whether an image of the catalogue may get the state, by release_check_state().
ERR_CHECKED int release_publish_check(const struct release_catalogue *catalogue,
    const struct image *image, enum image_state state, struct err *err);

#endif
