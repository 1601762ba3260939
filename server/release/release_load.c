// The catalogue as the store has it.
#include "server/release/release_load.h"

#include <stdlib.h>
#include <string.h>

#include "server/release/release_channel.h"
#include "server/store/board_store.h"
#include "server/store/device_channel.h"
#include "server/store/device_store.h"
#include "server/store/download_store.h"
#include "server/store/image_store.h"
#include "server/store/rollout_store.h"

// Makes room for one more element; the capacity doubles at each power of two.
static void *grow(void *array, size_t count, size_t size)
{
    if (count != 0 && (count & (count - 1)) != 0)
        return array;
    return realloc(array, (count == 0 ? 1 : 2 * count) * size);
}

static int add_image(const struct image *image, void *ctx)
{
    struct release_catalogue *catalogue = ctx;
    struct release_member *members =
        grow(catalogue->members, catalogue->member_count, sizeof *members);

    if (members == NULL)
        return ERR_NO_MEMORY;
    catalogue->members = members;
    members[catalogue->member_count++] = (struct release_member){.image = *image};
    return 0;
}

static int add_key(const struct image_key *key, void *ctx)
{
    struct release_catalogue *catalogue = ctx;
    struct image_key *keys = grow(catalogue->keys, catalogue->key_count, sizeof *keys);

    if (keys == NULL)
        return ERR_NO_MEMORY;
    catalogue->keys = keys;
    keys[catalogue->key_count++] = *key;
    return 0;
}

static int set_devices(const char *image, int64_t devices, void *ctx)
{
    struct release_catalogue *catalogue = ctx;

    for (size_t i = 0; i < catalogue->member_count; i++) {
        if (strcmp(catalogue->members[i].image.name.text, image) == 0)
            catalogue->members[i].devices = devices;
    }
    return 0;
}

static int set_beta_devices(const char *image, int64_t devices, void *ctx)
{
    struct release_catalogue *catalogue = ctx;

    for (size_t i = 0; i < catalogue->member_count; i++) {
        if (strcmp(catalogue->members[i].image.name.text, image) == 0)
            catalogue->members[i].beta_devices = devices;
    }
    return 0;
}

static int set_staged(const char *image, int64_t devices, void *ctx)
{
    struct release_catalogue *catalogue = ctx;

    for (size_t i = 0; i < catalogue->member_count; i++) {
        if (strcmp(catalogue->members[i].image.name.text, image) == 0)
            catalogue->members[i].staged = devices;
    }
    return 0;
}

static int set_policy(const struct board_setting *setting, void *ctx)
{
    struct release_catalogue *catalogue = ctx;

    for (size_t i = 0; i < catalogue->member_count; i++) {
        if (strcmp(catalogue->members[i].image.name.board, setting->board) == 0)
            catalogue->members[i].policy = setting->policy;
    }
    return 0;
}

static int set_rollout(const struct rollout_use *use, void *ctx)
{
    struct release_catalogue *catalogue = ctx;

    for (size_t i = 0; i < catalogue->member_count; i++) {
        struct release_member *member = &catalogue->members[i];

        if (strcmp(member->image.name.text, use->image) != 0)
            continue;
        if (use->is_gated)
            memcpy(member->rollout, use->name, strlen(use->name) + 1);
        if (member->under[0] != '\0' &&
            (rollout_state_is_end(use->state) || !rollout_state_is_end(member->under_state)))
            continue;
        memcpy(member->under, use->name, strlen(use->name) + 1);
        member->under_state = use->state;
    }
    return 0;
}

static int compare_members(const void *a, const void *b)
{
    const struct release_member *left = a;
    const struct release_member *right = b;
    int order = strcmp(left->image.name.board, right->image.name.board);

    return order != 0 ? order : release_chain_compare(a, b);
}

// Each board by itself, of members that are sorted.
static void plan(struct release_member *all, size_t count)
{
    size_t n;

    for (size_t first = 0; first < count; first += n) {
        struct release_member *members = all + first;

        for (n = 1; first + n < count; n++) {
            if (strcmp(members[n].image.name.board, members[0].image.name.board) != 0)
                break;
        }
        release_chain_plan(members, n);
    }
}

// All as it is read, in order: for each channel.
static int plan_channels(struct release_catalogue *catalogue, struct err *err)
{
    size_t count = catalogue->member_count;

    if (count > 0)
        qsort(catalogue->members, count, sizeof *catalogue->members, compare_members);
    plan(catalogue->members, count);
    if (!release_channel_differs(catalogue->members, count))
        return 0;
    catalogue->stable = calloc(count, sizeof *catalogue->stable);
    if (catalogue->stable == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the catalogue");
    release_channel_view(catalogue->members, count, CHANNEL_STABLE, catalogue->stable);
    plan(catalogue->stable, count);
    return 0;
}

int release_load(struct store_connection *connection, bool count_devices,
    struct release_catalogue **out, struct err *err)
{
    struct release_catalogue *catalogue = calloc(1, sizeof *catalogue);
    int rc;

    if (catalogue == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the catalogue");
    rc = image_store_each(connection, add_image, catalogue, err);
    if (rc == 0)
        rc = image_store_each_key(connection, add_key, catalogue, err);
    if (rc == 0)
        rc = board_store_each(connection, set_policy, catalogue, err);
    if (rc == 0)
        rc = rollout_store_each_use(connection, set_rollout, catalogue, err);
    if (rc == 0 && count_devices)
        rc = device_store_each_image(connection, set_devices, catalogue, err);
    if (rc == 0 && count_devices)
        rc = download_store_each_staged(connection, set_staged, catalogue, err);
    if (rc == 0 && count_devices)
        rc = device_channel_each_beta(connection, set_beta_devices, catalogue, err);
    if (rc == 0)
        rc = plan_channels(catalogue, err);
    if (rc < 0) {
        release_load_free(catalogue);
        return rc;
    }
    *out = catalogue;
    return 0;
}

void release_load_free(struct release_catalogue *catalogue)
{
    if (catalogue == NULL)
        return;
    free(catalogue->members);
    free(catalogue->stable);
    free(catalogue->keys);
    free(catalogue);
}
