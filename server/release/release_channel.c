// What the devices of a channel see of a release chain.
#include "server/release/release_channel.h"

#include <stdlib.h>
#include <string.h>

#include "common/image_version.h"
#include "server/release/release_check.h"

static bool is_in_beta(const struct image *image)
{
    return image->channel == CHANNEL_BETA;
}

void release_channel_view(const struct release_member *members, size_t n, enum channel channel,
    struct release_member *out)
{
    for (size_t i = 0; i < n; i++) {
        struct release_member member = members[i];

        if (channel == CHANNEL_BETA) {
            member.devices = member.beta_devices;
        } else {
            member.devices -= member.beta_devices;
            if (is_in_beta(&member.image))
                member.image.state = member.image.was_stable ? IMAGE_WITHDRAWN : IMAGE_ADDED;
        }
        out[i] = member;
    }
}

bool release_channel_differs(const struct release_member *members, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (is_in_beta(&members[i].image) && members[i].image.state != IMAGE_ADDED)
            return true;
    }
    return false;
}

bool release_channel_matters(
    const struct release_member *members, size_t n, const struct image_name *running)
{
    for (size_t i = n; i-- > 0;) {
        const struct image *image = &members[i].image;

        if (image_version_compare(image->name.version, running->version) <= 0)
            return false;
        if (is_in_beta(image) && image->state == IMAGE_PUBLISHED)
            return true;
    }
    return false;
}

bool release_channel_is_ahead(const struct release_member *members, size_t n, size_t i)
{
    bool ahead = is_in_beta(&members[i].image) && members[i].image.state == IMAGE_PUBLISHED;

    for (size_t later = i + 1; later < n && ahead; later++)
        ahead = is_in_beta(&members[later].image) || members[later].image.state != IMAGE_PUBLISHED;
    return ahead;
}

static int decide(const struct release_channel_change *change, struct release_member *before,
    struct release_member *after, struct err *err)
{
    bool steps = change->index < change->n && after[change->index].policy == BOARD_POLICY_STEP;

    return steps ? release_check_steps(before, after, change->n, change->index, err)
                 : release_check_change(before, after, change->n, err);
}

static void copy(const struct release_member *members, size_t n, struct release_member *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = members[i];
}

// views: room for before and after.
static int check_views(
    const struct release_channel_change *change, struct release_member *views, struct err *err)
{
    size_t n = change->n;
    int rc = 0;

    if (!release_channel_differs(change->before, n) && !release_channel_differs(change->after, n)) {
        copy(change->before, n, views);
        copy(change->after, n, views + n);
        return decide(change, views, views + n, err);
    }
    for (int i = CHANNEL_STABLE; rc == 0 && i < CHANNEL_COUNT; i++) {
        release_channel_view(change->before, n, (enum channel)i, views);
        release_channel_view(change->after, n, (enum channel)i, views + n);
        rc = decide(change, views, views + n, err);
        if (rc < 0)
            err_context(err, "channel %s", channel_name((enum channel)i));
    }
    return rc;
}

int release_channel_check(const struct release_channel_change *change, struct err *err)
{
    struct release_member *views = calloc(2 * (change->n > 0 ? change->n : 1), sizeof *views);

    if (views == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a release chain");

    int rc = check_views(change, views, err);

    free(views);
    return rc;
}

int release_channel_check_image(const struct release_member *members, size_t n, size_t index,
    const struct image *wish, struct err *err)
{
    struct release_member *after = calloc(n, sizeof *after);
    struct release_channel_change change = {members, after, n, index};

    if (after == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a release chain");
    memcpy(after, members, n * sizeof *members);
    after[index].image = *wish;

    int rc = release_channel_check(&change, err);

    free(after);
    return rc;
}
