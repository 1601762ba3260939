// The release chain: order, next, and what would strand a device or leave it unable to start.
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

static bool is_known(enum image_layout layout)
{
    return image_layout_name(layout) != NULL;
}

static bool differ(const struct image *a, const struct image *b)
{
    return is_known(a->layout) && is_known(b->layout) && a->layout != b->layout;
}

// Whether a device may come to run it, or does. A withdrawn mistake that nobody runs is none of
// them: it must not keep its chain from going on.
static bool is_live(const struct release_member *member)
{
    return member->image.state == IMAGE_PUBLISHED || member->devices > 0;
}

// The first live image of another layout than the given one, or NULL.
static const struct image *find_other_layout(
    const struct release_member *members, size_t n, const struct image *image)
{
    for (size_t i = 0; i < n; i++) {
        if (is_live(&members[i]) && differ(&members[i].image, image))
            return &members[i].image;
    }
    return NULL;
}

enum release_answer release_chain_judge(const struct release_member *members, size_t n,
    const struct image *image, const struct image *successor)
{
    if (is_known(image->layout) ? differ(image, successor)
                                : find_other_layout(members, n, successor) != NULL)
        return RELEASE_OTHER_LAYOUT;
    return verifies(image, successor) ? RELEASE_NEXT : RELEASE_STRANDED;
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
    return release_chain_judge(members, n, known, *next);
}

// Whether the successor of members[i], were members[index] in that state, is one it cannot go to.
static bool is_stranded_if(
    const struct release_member *members, size_t n, size_t i, size_t index, enum image_state state)
{
    size_t successor = successor_if(members, n, i + 1, index, state);

    if (successor == n)
        return false;
    switch (release_chain_judge(members, n, &members[i].image, &members[successor].image)) {
    case RELEASE_STRANDED: return true;
    case RELEASE_OTHER_LAYOUT: return is_live(&members[i]);
    default: return false;
    }
}

static bool may_run(const struct release_member *member, enum image_state state)
{
    return state != IMAGE_ADDED || member->devices > 0;
}

static const char *describe(enum image_layout layout)
{
    return layout == IMAGE_LAYOUT_SDK ? "an image of ESP8266_RTOS_SDK" : "an Arduino sketch";
}

static int refuse_layout(const struct image *image, const struct image *other, struct err *err)
{
    return err_set(err, ERR_CONFLICT,
        "it is %s, %s is %s, and a device that runs the one and installs the other never starts "
        "again; use another BOARD name for it",
        describe(image->layout), other->name.text, describe(other->layout));
}

static int refuse(const struct image *image, const struct image *successor,
    enum release_answer answer, struct err *err)
{
    if (answer == RELEASE_OTHER_LAYOUT)
        return err_set(err, ERR_CONFLICT,
            "would strand devices on %s: its successor would be %s, which is %s and on which they "
            "would never start again; withdraw that first",
            image->name.text, successor->name.text, describe(successor->layout));
    return err_set(err, ERR_CONFLICT,
        "would strand devices on %s: its successor would be %s, signed with key %.12s, which it "
        "does not carry; publish between them an image that carries that key",
        image->name.text, successor->name.text,
        successor->signer[0] != '\0' ? successor->signer : "unknown");
}

int release_chain_check(const struct release_member *members, size_t n, size_t index,
    enum image_state state, struct err *err)
{
    const struct image *other = find_other_layout(members, n, &members[index].image);

    if (state == IMAGE_PUBLISHED && other != NULL)
        return refuse_layout(&members[index].image, other, err);
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

        const struct image *image = &members[i].image;
        const struct image *next = &members[successor].image;

        return refuse(image, next, release_chain_judge(members, n, image, next), err);
    }
    return 0;
}

// The image's place in its chain; n if it is none of it.
static size_t place_of(const struct release_member *members, size_t n, const char *name)
{
    size_t i = 0;

    while (i < n && strcmp(members[i].image.name.text, name) != 0)
        i++;
    return i;
}

const struct image *release_chain_needs(
    const struct release_member *members, size_t n, const char *name, const struct image **goal)
{
    size_t step = place_of(members, n, name);

    for (size_t i = 0; i < step && step < n; i++) {
        if (!may_run(&members[i], members[i].image.state) ||
            !verifies(&members[i].image, &members[step].image))
            continue;
        for (size_t s = step + 1; s < n; s++) {
            if (is_live(&members[s]) && verifies(&members[step].image, &members[s].image) &&
                !verifies(&members[i].image, &members[s].image)) {
                *goal = &members[s].image;
                return &members[i].image;
            }
        }
    }
    return NULL;
}
