// How devices climb a release chain: the policy of its board, and images that must be passed
// through.
#include "server/release/release_policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/image_version.h"
#include "server/release/release_channel.h"
#include "server/release/release_find.h"
#include "server/store/board_store.h"
#include "server/store/image_store.h"

// What becomes of one member.
typedef void change_member(struct release_member *member, const void *ctx);

// Whether the board's members may all be changed so.
static int check(const struct release_catalogue *catalogue, const char *board,
    change_member *change, const void *ctx, struct err *err)
{
    size_t first;
    size_t n = release_find_board(catalogue, board, &first);
    struct release_member *before = calloc(2 * n, sizeof *before);
    struct release_member *after;

    if (before == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a release chain");
    after = before + n;
    for (size_t i = 0; i < n; i++) {
        before[i] = catalogue->members[first + i];
        after[i] = before[i];
        change(&after[i], ctx);
    }

    struct release_channel_change all = {before, after, n, n};
    int rc = release_channel_check(&all, err);

    free(before);
    return rc;
}

static void set_policy(struct release_member *member, const void *ctx)
{
    const struct release_policy_wish *wish = ctx;

    member->policy = wish->policy;
}

static int apply_policy(struct store_connection *connection, struct release_catalogue *catalogue,
    void *ctx, struct err *err)
{
    const struct release_policy_wish *wish = ctx;
    struct board_setting setting = {.policy = wish->policy};
    size_t first;

    if (release_find_board(catalogue, wish->board, &first) == 0)
        return err_set(err, ERR_NOT_FOUND,
            "unknown board %.40s; 'secureesp boards list' shows those that have images",
            wish->board);

    int rc = check(catalogue, wish->board, set_policy, wish, err);

    if (rc < 0 && !(rc == ERR_CONFLICT && wish->force))
        return err_context(err, "board %s does not become '%s' (--force does it anyway)",
            wish->board, board_policy_name(wish->policy));
    snprintf(setting.board, sizeof setting.board, "%s", wish->board);
    return board_store_put(connection, &setting, err);
}

int release_policy_set(
    struct release *release, const struct release_policy_wish *wish, struct err *err)
{
    struct release_policy_wish own = *wish;
    const struct audit_change change = {.by = wish->by,
        .verb = "set",
        .kind = AUDIT_BOARD,
        .object = wish->board,
        .forced = wish->force};

    return release_make_change(release, &change, apply_policy, &own, err);
}

static void set_mark(struct release_member *member, const void *ctx)
{
    const struct release_policy_mark *mark = ctx;

    if (strcmp(member->image.name.text, mark->image) == 0)
        member->image.must_pass = mark->must_pass;
}

static int apply_mark(struct store_connection *connection, struct release_catalogue *catalogue,
    void *ctx, struct err *err)
{
    const struct release_policy_mark *mark = ctx;
    const struct release_member *member = release_find_member(catalogue, mark->image, err);
    struct image image;

    if (member == NULL)
        return ERR_NOT_FOUND;

    int rc = check(catalogue, member->image.name.board, set_mark, mark, err);

    if (rc < 0 && !(rc == ERR_CONFLICT && mark->force))
        return err_context(
            err, "image %s is not marked (--force does it anyway)", member->image.name.text);
    image = member->image;
    image.must_pass = mark->must_pass;
    return image_store_update(connection, &image, err);
}

int release_policy_mark_image(
    struct release *release, const struct release_policy_mark *mark, struct err *err)
{
    struct release_policy_mark own = *mark;
    const struct audit_change change = {.by = mark->by,
        .verb = "mark",
        .kind = AUDIT_IMAGE,
        .object = mark->image,
        .forced = mark->force};

    return release_make_change(release, &change, apply_mark, &own, err);
}

static const struct release_member *find_version(
    const struct release_member *members, size_t n, const struct image_name *name)
{
    for (size_t i = 0; i < n; i++) {
        if (image_version_compare(members[i].image.name.version, name->version) == 0)
            return &members[i];
    }
    return NULL;
}

int release_policy_check_pin(const struct release_catalogue *catalogue,
    const struct release_policy_pin *wish, struct err *err)
{
    const struct image_name *running = wish->running;
    const struct image_name *pin = wish->pin;
    size_t first;
    size_t n = release_find_board(catalogue, running->board, &first);
    const struct release_member *members = release_find_channel(catalogue, wish->channel);
    const struct release_member *from;
    const struct release_member *to;

    if (n == 0 || strcmp(running->board, pin->board) != 0)
        return 0;
    members += first;
    from = find_version(members, n, running);
    to = find_version(members, n, pin);
    if (from == NULL || to == NULL || to <= from || to->image.state != IMAGE_PUBLISHED ||
        to->reach >= from->reach)
        return 0;
    return err_set(err, ERR_CONFLICT,
        "from %s devices come no further than %s, and from %s to %s: so they are never sent to %s, "
        "and a pin to it only keeps them before it (--force does it anyway)",
        to->image.name.text, members[to->reach].image.name.text, from->image.name.text,
        members[from->reach].image.name.text, to->image.name.text);
}
