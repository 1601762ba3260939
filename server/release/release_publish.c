// Offers images.
#include "server/release/release_publish.h"

#include "server/base/clock.h"
#include "server/release/release_check.h"
#include "server/release/release_find.h"
#include "server/store/image_store.h"

int release_publish_check(const struct release_catalogue *catalogue, const struct image *image,
    enum image_state state, struct err *err)
{
    size_t first;
    size_t n = release_find_board(catalogue, image->name.board, &first);

    for (size_t i = 0; i < n; i++) { // places are within the board's own members
        if (&catalogue->members[first + i].image == image)
            return release_check_state(catalogue->members + first, n, i, state, err);
    }
    return 0;
}

static int apply_publish(struct store_connection *connection, struct release_catalogue *catalogue,
    void *ctx, struct err *err)
{
    const struct release_member *member = release_find_member(catalogue, ctx, err);
    struct image *image = member != NULL ? (struct image *)&member->image : NULL;

    if (image == NULL)
        return ERR_NOT_FOUND;
    if (image->state == IMAGE_PUBLISHED)
        return 0;
    if (image->signer[0] == '\0')
        return err_set(err, ERR_DENIED,
            "image %s is not published: no known key verifies its signature; add the public half "
            "of its signing key with 'secureesp keys add'",
            image->name.text);
    if (image->embeds_count == 0)
        return err_set(err, ERR_CONFLICT,
            "image %s is not published: it is not known which key may sign its successor; add it "
            "with --embeds",
            image->name.text);

    int rc = release_publish_check(catalogue, image, IMAGE_PUBLISHED, err);
    if (rc < 0)
        return err_context(err, "image %s is not published", image->name.text);
    image->state = IMAGE_PUBLISHED;
    image->published_at_ms = clock_now_ms();
    return image_store_update(connection, image, err);
}

int release_publish(
    struct release *release, const struct audit_author *by, const char *name, struct err *err)
{
    struct audit_change audit = {.by = by, .verb = "publish", .kind = AUDIT_IMAGE, .object = name};

    return release_make_change(release, &audit, apply_publish, (void *)(uintptr_t)name, err);
}

struct within {
    struct release_catalogue *catalogue;
    const char *name;
};

static int publish(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct within *within = ctx;

    return apply_publish(connection, within->catalogue, (void *)(uintptr_t)within->name, err);
}

int release_publish_within(struct store_connection *connection, struct release_catalogue *catalogue,
    const struct audit_author *by, const char *name, struct err *err)
{
    struct within within = {catalogue, name};
    struct audit_change audit = {.by = by, .verb = "publish", .kind = AUDIT_IMAGE, .object = name};

    return audit_run_within(connection, &audit, publish, &within, err);
}
