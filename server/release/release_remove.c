// Takes images out of the catalogue.
#include "server/release/release_remove.h"

#include <stdio.h>
#include <string.h>

#include "server/release/release_find.h"
#include "server/store/device_store.h"
#include "server/store/download_store.h"
#include "server/store/image_store.h"

#define NAMED_MAX ((size_t)3) // devices that an error names

struct removal {
    const char *word;
    bool force;
    char *sha256;
};

// The first few of many devices, as text.
struct some {
    size_t count;
    char text[NAMED_MAX * (MAC_SIZE + 1) + sizeof ", ..."];
};

static int name_device(const char *mac, void *ctx)
{
    struct some *some = ctx;
    size_t n = strlen(some->text);

    if (some->count == NAMED_MAX) {
        snprintf(some->text + n, sizeof some->text - n, ", ...");
        return 1;
    }
    snprintf(some->text + n, sizeof some->text - n, "%s%s", n > 0 ? ", " : "", mac);
    some->count++;
    return 0;
}

static int check_running(
    struct store_connection *connection, const struct release_member *member, struct err *err)
{
    const char *name = member->image.name.text;
    struct some some = {0};
    int rc = device_store_each_running(connection, name, name_device, &some, err);

    if (rc < 0 || some.count == 0)
        return rc;
    return err_set(err, ERR_CONFLICT,
        "image %s is not removed: %lld device%s it (%s; 'secureesp devices list --image %s'), "
        "and could be offered nothing without it (--force does it anyway)",
        name, (long long)member->devices, member->devices == 1 ? " runs" : "s run", some.text,
        name);
}

static int check_staged(
    struct store_connection *connection, const struct release_member *member, struct err *err)
{
    const char *name = member->image.name.text;
    struct some some = {0};
    int rc = download_store_each_holder(connection, name, name_device, &some, err);

    if (rc < 0 || some.count == 0)
        return rc;
    return err_set(err, ERR_CONFLICT,
        "image %s is not removed: %lld device%s downloaded it (%s) and may install it; let "
        "them download another ('secureesp command MAC firmware') or forget them",
        name, (long long)member->staged, member->staged == 1 ? " has" : "s have", some.text);
}

// What withdrawing it judges.
static int check_state(const struct release_member *member, struct err *err)
{
    if (member->image.state == IMAGE_PUBLISHED)
        return err_set(err, ERR_CONFLICT,
            "image %s is not removed: it is published; withdraw it first with 'secureesp images "
            "withdraw'",
            member->image.name.text);
    if (member->under[0] != '\0')
        return err_set(err, ERR_CONFLICT, "image %s is not removed: rollout %s needs it",
            member->image.name.text, member->under);
    return 0;
}

static int check_steps(
    const struct release_catalogue *catalogue, const struct release_member *member, struct err *err)
{
    size_t first;
    size_t n = release_find_board(catalogue, member->image.name.board, &first);
    const char *name = member->image.name.text;
    const struct image *goal;
    const struct image *from = release_chain_needs(catalogue->members + first, n, name, &goal);

    if (from == NULL)
        return 0;
    return err_set(err, ERR_CONFLICT,
        "image %s is not removed: devices on %s need it as the step to %s, which they cannot "
        "verify themselves",
        name, from->name.text, goal->name.text);
}

// Who needs it. Forced, these devices are offered nothing until they run another.
static int check_need(struct store_connection *connection,
    const struct release_catalogue *catalogue, const struct release_member *member, struct err *err)
{
    int rc = check_running(connection, member, err);

    if (rc == 0)
        rc = check_staged(connection, member, err);
    if (rc == 0)
        rc = check_steps(catalogue, member, err);
    return rc;
}

static int remove_image(struct store_connection *connection, struct release_catalogue *catalogue,
    void *ctx, struct err *err)
{
    const struct removal *removal = ctx;
    const struct release_member *member = release_find_member(catalogue, removal->word, err);

    if (member == NULL)
        return ERR_NOT_FOUND;

    int rc = check_state(member, err);

    if (rc == 0 && !removal->force)
        rc = check_need(connection, catalogue, member, err);
    if (rc < 0)
        return rc;
    memcpy(removal->sha256, member->image.sha256, IMAGE_SHA256_SIZE);
    return image_store_remove(connection, removal->word, err);
}

int release_remove_image(struct release *release, const struct release_remove_wish *wish,
    char removed[IMAGE_SHA256_SIZE], struct err *err)
{
    struct removal removal = {.word = wish->name, .force = wish->force, .sha256 = removed};
    struct audit_change audit = {.by = wish->by,
        .verb = "remove",
        .kind = AUDIT_IMAGE,
        .object = wish->name,
        .forced = wish->force};

    return release_make_change(release, &audit, remove_image, &removal, err);
}
