// Takes images and keys out of the catalogue.
#include "server/release/release_remove.h"

#include <stdio.h>
#include <string.h>

#include "server/audit/audit_json.h"
#include "server/release/release_find.h"
#include "server/store/device_store.h"
#include "server/store/download_store.h"
#include "server/store/image_store.h"

#define ID_DIGITS_MIN 12
#define NAMED_MAX ((size_t)3) // devices that an error names

struct removal {
    const char *word;
    bool force;
    char *sha256;
    struct image_key *key;
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
        "image %s is not removed: %lld devices run it (%s; 'secureesp devices list --image %s'), "
        "and could be offered nothing without it (--force does it anyway)",
        name, (long long)member->devices, some.text, name);
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
        "image %s is not removed: %lld devices have downloaded it (%s) and may install it; let "
        "them download another ('secureesp command MAC firmware') or forget them",
        name, (long long)member->staged, some.text);
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

static const struct image_key *find_named(
    const struct release_catalogue *catalogue, const char *name)
{
    for (size_t i = 0; i < catalogue->key_count; i++) {
        if (strcmp(catalogue->keys[i].name, name) == 0)
            return &catalogue->keys[i];
    }
    return NULL;
}

// The key that a word means, or NULL if it means none or several.
static const struct image_key *find_key(const struct release_catalogue *catalogue, const char *word)
{
    const struct image_key *key = find_named(catalogue, word);
    size_t n = strlen(word);

    for (size_t i = 0; i < catalogue->key_count && n >= ID_DIGITS_MIN; i++) {
        if (strncmp(catalogue->keys[i].id, word, n) != 0 || key == &catalogue->keys[i])
            continue;
        if (key != NULL)
            return NULL;
        key = &catalogue->keys[i];
    }
    return key;
}

static bool embeds(const struct image *image, const char *key_id)
{
    for (size_t i = 0; i < image->embeds_count; i++) {
        if (strcmp(image->embeds[i], key_id) == 0)
            return true;
    }
    return false;
}

static int check_images(
    const struct release_catalogue *catalogue, const struct image_key *key, struct err *err)
{
    for (size_t i = 0; i < catalogue->member_count; i++) {
        const struct image *image = &catalogue->members[i].image;
        bool signer = strcmp(image->signer, key->id) == 0;

        if (signer || embeds(image, key->id))
            return err_set(err, ERR_CONFLICT,
                "key %s is not removed: image %s %s; remove that first with 'secureesp images "
                "remove'",
                key->name, image->name.text, signer ? "is signed with it" : "embeds it");
    }
    return 0;
}

static int remove_key(struct store_connection *connection, struct release_catalogue *catalogue,
    void *ctx, struct err *err)
{
    const struct removal *removal = ctx;
    const struct image_key *key = find_key(catalogue, removal->word);

    if (key == NULL)
        return err_set(err, ERR_NOT_FOUND,
            "no single key has the name or id '%s'; 'secureesp keys list' shows both (12 digits of "
            "an id are enough)",
            removal->word);

    int rc = check_images(catalogue, key, err);

    if (rc < 0)
        return rc;
    *removal->key = *key;
    return image_store_remove_key(connection, key->id, err);
}

// Which one the word means is known only then.
static void tell_removed_key(struct audit_told *told, const void *ctx)
{
    const struct image_key *key = ((const struct removal *)ctx)->key;

    memcpy(told->object, key->id, sizeof key->id);
    audit_json_add_text(&told->before, "name", key->name);
    audit_json_add_text(&told->before, "algorithm", key->algorithm);
}

int release_remove_key(struct release *release, const struct audit_author *by, const char *word,
    struct image_key *removed, struct err *err)
{
    struct removal removal = {.word = word, .key = removed};
    struct audit_change audit = {
        .by = by, .verb = "remove", .kind = AUDIT_KEY, .tell = tell_removed_key};

    return release_make_change(release, &audit, remove_key, &removal, err);
}
