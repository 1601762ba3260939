// What would strand a device or leave it unable to start.
#include "server/release/release_check.h"

#include <string.h>

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

static const struct image *successor_of(
    const struct release_member *members, size_t n, size_t i, enum release_answer *answer)
{
    size_t successor = release_chain_successor(members, n, i + 1);

    if (successor == n)
        return NULL;
    *answer = release_chain_judge(members, n, &members[i].image, &members[successor].image);
    return &members[successor].image;
}

// Whether members[i] has a successor to which it cannot go.
static bool is_stranded(const struct release_member *members, size_t n, size_t i)
{
    enum release_answer answer;

    if (!release_chain_may_run(&members[i]) || successor_of(members, n, i, &answer) == NULL)
        return false;
    return answer == RELEASE_STRANDED ||
           (answer == RELEASE_OTHER_LAYOUT && release_chain_is_live(&members[i]));
}

int release_check_steps(const struct release_member *before, const struct release_member *after,
    size_t n, size_t index, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        enum release_answer answer = RELEASE_STRANDED;
        const struct image *next;

        if (!is_stranded(after, n, i))
            continue;
        next = successor_of(after, n, i, &answer);
        // Who is stranded already is not held against a change, unless it is the new image that
        // would stand in the way.
        if (next != &after[index].image && is_stranded(before, n, i))
            continue;
        return refuse(&after[i].image, next, answer, err);
    }
    return 0;
}

// The newest published one; n if there is none.
static size_t find_newest(const struct release_member *members, size_t n)
{
    size_t i = n;

    while (i > 0 && members[i - 1].image.state != IMAGE_PUBLISHED)
        i--;
    return i > 0 ? i - 1 : n;
}

bool release_check_is_lost(const struct release_member *members, size_t n, size_t i)
{
    size_t newest = find_newest(members, n);

    return newest < n && newest > i && members[i].reach != newest;
}

// Of those that count: a withdrawn mistake that nobody runs has another layout than what follows.
static bool loses_anybody(const struct release_member *members, size_t n, size_t i)
{
    enum release_answer answer;

    if (!release_chain_may_run(&members[i]) || !release_check_is_lost(members, n, i))
        return false;
    return release_chain_is_live(&members[i]) ||
           successor_of(members, n, members[i].reach, &answer) == NULL ||
           answer != RELEASE_OTHER_LAYOUT;
}

// Whether what keeps devices on members[end] there is passed through only since the change.
static bool is_new_obstacle(
    const struct release_member *before, const struct release_member *after, size_t n, size_t end)
{
    size_t place = release_chain_successor(after, n, end + 1);

    return place < n && after[place].image.must_pass &&
           (before[place].image.state != IMAGE_PUBLISHED || !before[place].image.must_pass);
}

static int refuse_lost(const struct release_member *members, size_t n, size_t lost, struct err *err)
{
    size_t end = members[lost].reach;
    const struct image *image = &members[end].image;
    enum release_answer answer = RELEASE_STRANDED;
    const struct image *next = successor_of(members, n, end, &answer);

    if (end == lost)
        return refuse(image, next, answer, err);
    return err_set(err, ERR_CONFLICT,
        "would strand devices on %s: they would come no further than %s, %s %s (signed with key "
        "%.12s); publish between them an image that carries that key",
        members[lost].image.name.text, image->name.text,
        answer == RELEASE_OTHER_LAYOUT ? "on which they would never start again with"
                                       : "which carries no key that verifies",
        next->name.text, next->signer[0] != '\0' ? next->signer : "unknown");
}

int release_check_change(
    struct release_member *before, struct release_member *after, size_t n, struct err *err)
{
    release_chain_plan(before, n);
    release_chain_plan(after, n);
    for (size_t i = 0; i < n; i++) {
        if (loses_anybody(after, n, i) &&
            (!loses_anybody(before, n, i) || is_new_obstacle(before, after, n, after[i].reach)))
            return refuse_lost(after, n, i, err);
    }
    return 0;
}

int release_check_layout(
    const struct release_member *members, size_t n, size_t index, struct err *err)
{
    const struct image *other = release_chain_other_layout(members, n, &members[index].image);

    return other != NULL ? refuse_layout(&members[index].image, other, err) : 0;
}
