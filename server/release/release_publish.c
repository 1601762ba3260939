// Publishing images: to whom, and whether that strands anybody.
#include "server/release/release_publish.h"

#include "server/base/clock.h"
#include "server/release/release_channel.h"
#include "server/release/release_check.h"
#include "server/release/release_find.h"
#include "server/release/release_key.h"
#include "server/store/image_store.h"
#include "server/store/rollout_store.h"

// The image's place within its board's own members, which are first and n.
struct place {
    const struct release_member *members;
    size_t n, index;
};

static int find(
    const struct release_catalogue *catalogue, const char *name, struct place *out, struct err *err)
{
    const struct release_member *member = release_find_member(catalogue, name, err);
    size_t first;

    if (member == NULL)
        return ERR_NOT_FOUND;
    out->n = release_find_board(catalogue, member->image.name.board, &first);
    out->members = catalogue->members + first;
    out->index = (size_t)(member - out->members);
    return 0;
}

static int check_image(
    const struct release_catalogue *catalogue, const struct image *image, struct err *err)
{
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
    return release_key_check_signer(catalogue, image, err);
}

static bool is_beta(const struct image *image)
{
    return image->channel == CHANNEL_BETA;
}

// How the image is to be.
static struct image wished(const struct image *image, const struct release_publish_wish *wish)
{
    struct image wished = *image;

    wished.channel = wish->channel == CHANNEL_BETA ? CHANNEL_BETA : CHANNEL_STABLE;
    if (image->state != IMAGE_PUBLISHED)
        wished.published_at_ms = clock_now_ms();
    wished.state = IMAGE_PUBLISHED;
    wished.was_stable =
        is_beta(&wished) && (image->was_stable || (image->state != IMAGE_ADDED && !is_beta(image)));
    return wished;
}

static int check(const struct place *place, const struct image *after,
    const struct release_publish_wish *wish, struct err *err)
{
    int rc = release_check_layout(place->members, place->n, place->index, err);

    if (rc < 0)
        return err_context(err, "image %s is not published", wish->name);
    rc = release_channel_check_image(place->members, place->n, place->index, after, err);
    if (rc < 0 && !(rc == ERR_CONFLICT && wish->force))
        return err_context(err, "image %s is not published%s", wish->name,
            wish->no_force
                ? ""
                : " ('secureesp images publish --force' does it anyway; those devices are "
                  "then offered nothing)");
    return 0;
}

// How the image is then; 1 if it is so already.
static int judge(const struct release_catalogue *catalogue, const struct release_publish_wish *wish,
    struct image *out, struct err *err)
{
    struct place place;
    int rc = find(catalogue, wish->name, &place, err);

    if (rc < 0)
        return rc;

    const struct image *image = &place.members[place.index].image;
    struct image after = wished(image, wish);

    if (wish->promote && image->state != IMAGE_PUBLISHED)
        return err_set(err, ERR_CONFLICT,
            "image %s is not published: nothing to promote; 'secureesp images publish' does it",
            wish->name);
    if (image->state == IMAGE_PUBLISHED && is_beta(image) == is_beta(&after))
        return 1;
    rc = check_image(catalogue, image, err);
    if (rc == 0)
        rc = check(&place, &after, wish, err);
    if (rc == 0)
        *out = after;
    return rc;
}

static int apply_publish(struct store_connection *connection, struct release_catalogue *catalogue,
    void *ctx, struct err *err)
{
    struct image after;
    int rc = judge(catalogue, ctx, &after, err);

    return rc != 0 ? (rc < 0 ? rc : 0) : image_store_update(connection, &after, err);
}

static struct audit_change publication(const struct release_publish_wish *wish)
{
    return (struct audit_change){.by = wish->by,
        .verb = wish->promote ? "promote" : "publish",
        .kind = AUDIT_IMAGE,
        .object = wish->name,
        .forced = wish->force};
}

int release_publish_check(const struct release_catalogue *catalogue,
    const struct release_publish_wish *wish, struct err *err)
{
    struct image after;
    int rc = judge(catalogue, wish, &after, err);

    return rc < 0 ? rc : 0;
}

int release_publish(
    struct release *release, const struct release_publish_wish *wish, struct err *err)
{
    struct release_publish_wish own = *wish;
    struct audit_change audit = publication(&own);

    return release_make_change(release, &audit, apply_publish, &own, err);
}

struct within {
    struct release_catalogue *catalogue;
    struct release_publish_wish wish;
};

// A store_job.
static int publish(struct store_connection *connection, void *ctx, struct err *err)
{
    struct within *within = ctx;

    return apply_publish(connection, within->catalogue, &within->wish, err);
}

int release_publish_within(struct store_connection *connection, struct release_catalogue *catalogue,
    const struct release_publish_wish *wish, struct err *err)
{
    struct within within = {catalogue, *wish};
    struct audit_change audit = publication(&within.wish);

    return audit_run_within(connection, &audit, publish, &within, err);
}

static int apply_withdraw(struct store_connection *connection, struct release_catalogue *catalogue,
    void *ctx, struct err *err)
{
    const struct release_publish_wish *wish = ctx;
    struct place place;
    struct image after;
    int rc = find(catalogue, wish->name, &place, err);

    if (rc < 0)
        return rc;
    after = place.members[place.index].image;
    if (after.state != IMAGE_PUBLISHED)
        return err_set(
            err, ERR_CONFLICT, "image %s is not published: nothing to withdraw", after.name.text);
    after.state = IMAGE_WITHDRAWN;
    rc = release_channel_check_image(place.members, place.n, place.index, &after, err);
    if (rc < 0 && !wish->force)
        return err_context(err,
            "image %s is not withdrawn (--force does it anyway; those devices are then offered "
            "nothing)",
            after.name.text);
    rc = image_store_update(connection, &after, err);
    return rc < 0 ? rc : rollout_store_lift_gates(connection, after.name.text, err);
}

int release_publish_withdraw(
    struct release *release, const struct release_publish_wish *wish, struct err *err)
{
    struct release_publish_wish own = *wish;
    struct audit_change audit = {.by = wish->by,
        .verb = "withdraw",
        .kind = AUDIT_IMAGE,
        .object = wish->name,
        .forced = wish->force};

    return release_make_change(release, &audit, apply_withdraw, &own, err);
}
