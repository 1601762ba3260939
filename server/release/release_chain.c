// The release chain: order, graph, and what is next.
#include "server/release/release_chain.h"

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

bool release_chain_is_live(const struct release_member *member)
{
    return member->image.state == IMAGE_PUBLISHED || member->devices > 0;
}

const struct image *release_chain_other_layout(
    const struct release_member *members, size_t n, const struct image *image)
{
    for (size_t i = 0; i < n; i++) {
        if (release_chain_is_live(&members[i]) && differ(&members[i].image, image))
            return &members[i].image;
    }
    return NULL;
}

enum release_answer release_chain_judge(const struct release_member *members, size_t n,
    const struct image *image, const struct image *successor)
{
    if (is_known(image->layout) ? differ(image, successor)
                                : release_chain_other_layout(members, n, successor) != NULL)
        return RELEASE_OTHER_LAYOUT;
    return verifies(image, successor) ? RELEASE_NEXT : RELEASE_STRANDED;
}

bool release_chain_may_run(const struct release_member *member)
{
    return member->image.state != IMAGE_ADDED || member->devices > 0;
}

size_t release_chain_successor(const struct release_member *members, size_t n, size_t place)
{
    size_t i = place;

    while (i < n && members[i].image.state != IMAGE_PUBLISHED)
        i++;
    return i;
}

// The image's place in its chain; n if it is none of it.
static size_t place_of(const struct release_member *members, size_t n, const char *name)
{
    size_t i = 0;

    while (i < n && strcmp(members[i].image.name.text, name) != 0)
        i++;
    return i;
}

// The next image behind place `at` to which a device on members[from] may go at once; n if there is
// none. at is from, or what was returned for it.
static size_t next_edge(const struct release_member *members, size_t n, size_t from, size_t at)
{
    bool leaps = members[from].policy == BOARD_POLICY_LEAP;

    if (at != from && (!leaps || members[at].image.must_pass))
        return n;
    for (size_t i = at + 1; i < n; i++) {
        if (members[i].image.state != IMAGE_PUBLISHED)
            continue;
        switch (release_chain_judge(members, n, &members[from].image, &members[i].image)) {
        case RELEASE_NEXT: return i;
        case RELEASE_OTHER_LAYOUT: return n;
        default: break;
        }
        if (!leaps || members[i].image.must_pass)
            return n;
    }
    return n;
}

void release_chain_plan(struct release_member *members, size_t n)
{
    size_t newest = n; // published

    for (size_t from = n; from-- > 0;) {
        members[from].reach = from;
        for (size_t i = next_edge(members, n, from, from); i < n && members[from].reach != newest;
             i = next_edge(members, n, from, i)) {
            if (members[i].reach > members[from].reach)
                members[from].reach = members[i].reach;
        }
        if (newest == n && members[from].image.state == IMAGE_PUBLISHED)
            newest = from;
    }
}

// The furthest image to which a device on members[from] may go without losing its way, within the
// limit if one is; n if there is none.
static size_t choose(
    const struct release_member *members, size_t n, size_t from, const struct image_name *limit)
{
    size_t chosen = n;

    for (size_t i = next_edge(members, n, from, from); i < n; i = next_edge(members, n, from, i)) {
        const struct image_name *name = &members[i].image.name;

        if (members[i].reach < members[from].reach)
            continue;
        if (chosen < n && limit != NULL && image_version_compare(name->version, limit->version) > 0)
            break;
        chosen = i;
    }
    return chosen;
}

enum release_answer release_chain_next_within(const struct release_member *members, size_t n,
    const struct image_name *running, const struct image_name *limit, const struct image **next)
{
    size_t place = 0; // of the first image newer than the running one
    bool known = false;

    *next = NULL;
    for (; place < n; place++) {
        int order = image_version_compare(members[place].image.name.version, running->version);

        if (order == 0)
            known = true;
        if (order > 0)
            break;
    }

    size_t successor = release_chain_successor(members, n, place);

    if (successor == n)
        return RELEASE_CURRENT;
    if (!known)
        return RELEASE_UNKNOWN_IMAGE;

    size_t from = place - 1;
    size_t chosen = choose(members, n, from, limit);

    *next = &members[chosen < n ? chosen : successor].image;
    return release_chain_judge(members, n, &members[from].image, *next);
}

enum release_answer release_chain_next(const struct release_member *members, size_t n,
    const struct image_name *running, const struct image **next)
{
    return release_chain_next_within(members, n, running, NULL, next);
}

enum release_answer release_chain_permit(const struct release_member *members, size_t n,
    const struct image *running, const struct image *image)
{
    size_t from = place_of(members, n, running->name.text);
    size_t to = place_of(members, n, image->name.text);
    // NOLINTNEXTLINE(readability-suspicious-call-argument): the successor is the image
    enum release_answer answer = release_chain_judge(members, n, running, image);

    if (answer != RELEASE_NEXT || from == n || to == n)
        return answer;
    for (size_t i = from + 1; i < to; i++) {
        if (members[i].image.state == IMAGE_PUBLISHED && members[i].image.must_pass)
            return RELEASE_PASSES_BY;
    }
    return members[from].reach > from && members[to].reach < members[from].reach ? RELEASE_DEAD_END
                                                                                 : RELEASE_NEXT;
}

const struct image *release_chain_needs(
    const struct release_member *members, size_t n, const char *name, const struct image **goal)
{
    size_t step = place_of(members, n, name);

    for (size_t i = 0; i < step && step < n; i++) {
        if (!release_chain_may_run(&members[i]) ||
            !verifies(&members[i].image, &members[step].image))
            continue;
        for (size_t s = step + 1; s < n; s++) {
            if (release_chain_is_live(&members[s]) &&
                verifies(&members[step].image, &members[s].image) &&
                !verifies(&members[i].image, &members[s].image)) {
                *goal = &members[s].image;
                return &members[i].image;
            }
        }
    }
    return NULL;
}
