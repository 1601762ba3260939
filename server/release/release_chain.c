// The release chain: order, next, and what would strand a device.
#include "server/release/release_chain.h"

#include <stdbool.h>
#include <string.h>

#include "common/image_version.h"

int release_chain_compare(const void *a, const void *b)
{
    const struct release_member *left = a;
    const struct release_member *right = b;

    return image_version_compare(left->image.name.version, right->image.name.version);
}

// Whether an image carries the key that signed its successor.
static bool verifies(const struct image *image, const struct image *successor)
{
    if (successor->signer[0] == '\0')
        return false;
    for (size_t i = 0; i < image->embeds_count; i++) {
        if (strcmp(image->embeds[i], successor->signer) == 0)
            return true;
    }
    return false;
}

// The state that members[i] has, or would have if members[index] had the given one.
static enum image_state state_if(
    const struct release_member *members, size_t i, size_t index, enum image_state state)
{
    return i == index ? state : members[i].image.state;
}

// The first published image behind place `from`; n if there is none.
static size_t successor_if(const struct release_member *members, size_t n, size_t from,
    size_t index, enum image_state state)
{
    size_t i = from;

    while (i < n && state_if(members, i, index, state) != IMAGE_PUBLISHED)
        i++;
    return i;
}

enum release_answer release_chain_next(const struct release_member *members, size_t n,
    const struct image_name *running, const struct image **next)
{
    size_t place = 0; // of the first image newer than the running one
    const struct image *known = NULL;

    *next = NULL;
    for (; place < n; place++) {
        const struct image *image = &members[place].image;
        int order = image_version_compare(image->name.version, running->version);

        if (order == 0)
            known = image;
        if (order > 0)
            break;
    }

    size_t successor = successor_if(members, n, place, n, IMAGE_ADDED);

    if (successor == n)
        return RELEASE_CURRENT;
    if (known == NULL)
        return RELEASE_UNKNOWN_IMAGE;
    *next = &members[successor].image;
    return verifies(known, *next) ? RELEASE_NEXT : RELEASE_STRANDED;
}

// Whether the successor of members[i], were members[index] in that state, is one it cannot verify.
static bool is_stranded_if(
    const struct release_member *members, size_t n, size_t i, size_t index, enum image_state state)
{
    size_t successor = successor_if(members, n, i + 1, index, state);

    return successor < n && !verifies(&members[i].image, &members[successor].image);
}

static bool may_run(const struct release_member *member, enum image_state state)
{
    return state != IMAGE_ADDED || member->devices > 0;
}

static int refuse(const struct image *image, const struct image *successor, struct err *err)
{
    return err_set(err, ERR_CONFLICT,
        "would strand devices on %s: its successor would be %s, signed with key %.12s, which it "
        "does "
        "not carry; publish between them an image that carries that key",
        image->name.text, successor->name.text,
        successor->signer[0] != '\0' ? successor->signer : "unknown");
}

int release_chain_check(const struct release_member *members, size_t n, size_t index,
    enum image_state state, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        size_t successor = successor_if(members, n, i + 1, index, state);

        if (!may_run(&members[i], state_if(members, i, index, state)) ||
            !is_stranded_if(members, n, i, index, state))
            continue;
        // Who is stranded already is not held against a change, unless it is the new image that
        // would stand in the way.
        if (successor != index && may_run(&members[i], members[i].image.state) &&
            is_stranded_if(members, n, i, n, IMAGE_ADDED))
            continue;
        return refuse(&members[i].image, &members[successor].image, err);
    }
    return 0;
}
