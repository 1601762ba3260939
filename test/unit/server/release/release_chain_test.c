// The release chain: what is next, and what would strand a device.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/release/release_chain.h"

#define BOARD "BOARD-"

// An image in one line: version, state, the key that signed it and the keys it embeds, as letters.
struct row {
    const char *version;
    enum image_state state;
    const char *signer;
    const char *embeds;
    int64_t devices;
};

static size_t make(const struct row *rows, struct release_member *members)
{
    size_t n = 0;

    for (; rows[n].version != NULL; n++) {
        struct release_member *member = &members[n];
        char name[IMAGE_NAME_SIZE];

        memset(member, 0, sizeof *member);
        snprintf(name, sizeof name, BOARD "%s", rows[n].version);
        assert_true(image_name_parse(name, strlen(name), &member->image.name));
        member->image.state = rows[n].state;
        member->devices = rows[n].devices;
        memcpy(member->image.signer, rows[n].signer, strlen(rows[n].signer));
        for (const char *key = rows[n].embeds; *key != '\0'; key++)
            member->image.embeds[member->image.embeds_count++][0] = *key;
    }
    qsort(members, n, sizeof *members, release_chain_compare);
    return n;
}

#define P IMAGE_PUBLISHED
#define A IMAGE_ADDED
#define W IMAGE_WITHDRAWN

// The key changes from a to b: image 2 is the last signed with a, and embeds b.
static const struct row changing[] = {
    {"00.02", P, "a", "b", 0},
    {"00.01", P, "a", "a", 0},
    {"00.04", P, "b", "b", 0},
    {"00.03", P, "b", "b", 0},
    {NULL, A, NULL, NULL, 0},
};

static void next_is_the_immediate_successor(void **state)
{
    static const struct {
        const char *running;
        enum release_answer answer;
        const char *next;
    } cases[] = {
        {"00.01", RELEASE_NEXT, "00.02"},
        {"0.1", RELEASE_NEXT, "00.02"}, // numbers, not letters
        {"00.02", RELEASE_NEXT, "00.03"},
        {"00.03", RELEASE_NEXT, "00.04"},
        {"00.04", RELEASE_CURRENT, NULL},
        {"00.05", RELEASE_CURRENT, NULL},
        {"00.04.a", RELEASE_CURRENT, NULL},
        {"00.00", RELEASE_UNKNOWN_IMAGE, NULL},
        {"00.02.a", RELEASE_UNKNOWN_IMAGE, NULL},
    };
    struct release_member members[4];
    size_t n = make(changing, members);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct image_name running;
        const struct image *next;
        char name[IMAGE_NAME_SIZE];

        snprintf(name, sizeof name, BOARD "%s", cases[i].running);
        assert_true(image_name_parse(name, strlen(name), &running));
        assert_int_equal(release_chain_next(members, n, &running, &next), cases[i].answer);
        if (cases[i].next == NULL)
            assert_null(next);
        else
            assert_string_equal(next->name.version, cases[i].next);
    }
}

static void only_published_images_are_offered(void **state)
{
    static const struct row rows[] = {
        {"1", W, "a", "a", 1},
        {"2", W, "a", "a", 0},
        {"3", P, "a", "a", 0},
        {"4", A, "a", "a", 0},
        {NULL, A, NULL, NULL, 0},
    };
    struct release_member members[4];
    size_t n = make(rows, members);
    const struct image *next;

    (void)state;
    assert_int_equal(release_chain_next(members, n, &members[0].image.name, &next), RELEASE_NEXT);
    assert_string_equal(next->name.version, "3");
    assert_int_equal(
        release_chain_next(members, n, &members[2].image.name, &next), RELEASE_CURRENT);
    assert_int_equal(
        release_chain_next(members, n, &members[3].image.name, &next), RELEASE_CURRENT);
    assert_int_equal(release_chain_next(NULL, 0, &members[0].image.name, &next), RELEASE_CURRENT);
}

static void what_the_running_image_cannot_verify_is_not_offered(void **state)
{
    static const struct row rows[] = {
        {"1", P, "a", "a", 0},
        {"2", P, "b", "b", 0},
        {"3", P, "", "b", 0}, // signed by nobody we know
        {NULL, A, NULL, NULL, 0},
    };
    struct release_member members[3];
    size_t n = make(rows, members);
    const struct image *next;

    (void)state;
    assert_int_equal(
        release_chain_next(members, n, &members[0].image.name, &next), RELEASE_STRANDED);
    assert_string_equal(next->name.version, "2");
    assert_int_equal(
        release_chain_next(members, n, &members[1].image.name, &next), RELEASE_STRANDED);
}

// rows, the version to change, the state it is to get, and whose devices that strands (NULL:
// nobody's).
struct change_case {
    const char *what;
    struct row rows[6];
    const char *version;
    enum image_state state;
    const char *stranded;
};

static const struct change_case changes[] = {
    {"the first image", {{"1", A, "a", "a", 0}, {NULL, A, NULL, NULL, 0}}, "1", P, NULL},
    {"a good successor", {{"1", P, "a", "a", 0}, {"2", A, "a", "b", 0}, {NULL, A, NULL, NULL, 0}},
        "2", P, NULL},
    {"a successor with a key that the first lacks",
        {{"1", P, "a", "a", 0}, {"2", A, "b", "b", 0}, {NULL, A, NULL, NULL, 0}}, "2", P, "1"},
    {"behind an image never published that nobody runs",
        {{"1", A, "a", "a", 0}, {"2", A, "b", "b", 0}, {NULL, A, NULL, NULL, 0}}, "2", P, NULL},
    {"behind an image never published that a device runs",
        {{"1", A, "a", "a", 1}, {"2", A, "b", "b", 0}, {NULL, A, NULL, NULL, 0}}, "2", P, "1"},
    {"behind a withdrawn image",
        {{"1", P, "a", "a", 0}, {"2", W, "a", "b", 0}, {"3", A, "b", "b", 0},
            {NULL, A, NULL, NULL, 0}},
        "3", P, "1"},
    {"between two, and its successor has another key",
        {{"1", P, "a", "a", 0}, {"2", A, "a", "a", 0}, {"3", P, "b", "b", 0},
            {NULL, A, NULL, NULL, 0}},
        "2", P, "2"},
    {"between two, and repairs what was stranded",
        {{"1", P, "a", "a", 0}, {"2", A, "a", "b", 0}, {"3", P, "b", "b", 0},
            {NULL, A, NULL, NULL, 0}},
        "2", P, NULL},
    {"behind images that were stranded before",
        {{"1", P, "a", "a", 0}, {"2", P, "b", "b", 0}, {"3", A, "b", "b", 0},
            {NULL, A, NULL, NULL, 0}},
        "3", P, NULL},
    {"between two after a forced withdrawal, with a key that the first lacks",
        {{"1", P, "a", "a", 0}, {"2", A, "b", "b", 0}, {"3", W, "a", "b", 0}, {"4", P, "b", "b", 0},
            {NULL, A, NULL, NULL, 0}},
        "2", P, "1"},
    {"withdrawing what stands in the way of the stranded",
        {{"1", P, "a", "a", 0}, {"2", P, "b", "b", 0}, {"4", P, "b", "b", 0},
            {NULL, A, NULL, NULL, 0}},
        "2", W, NULL},
    {"withdrawing the newest",
        {{"1", P, "a", "a", 0}, {"2", P, "a", "b", 0}, {NULL, A, NULL, NULL, 0}}, "2", W, NULL},
    {"withdrawing the image that carries the new key",
        {{"1", P, "a", "a", 0}, {"2", P, "a", "b", 0}, {"3", P, "b", "b", 0},
            {NULL, A, NULL, NULL, 0}},
        "2", W, "1"},
    {"withdrawing one of several with the same key",
        {{"1", P, "a", "a", 0}, {"2", P, "a", "a", 0}, {"3", P, "a", "a", 0},
            {NULL, A, NULL, NULL, 0}},
        "2", W, NULL},
};

static void a_change_that_strands_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct release_member members[6];
        size_t n = make(changes[i].rows, members);
        size_t index = 0;
        struct err err = {0};
        char expected[64];

        while (strcmp(members[index].image.name.version, changes[i].version) != 0)
            index++;

        int rc = release_chain_check(members, n, index, changes[i].state, &err);

        if (changes[i].stranded == NULL) {
            if (rc != 0)
                fail_msg("%s: %s", changes[i].what, err.message);
            continue;
        }
        snprintf(expected, sizeof expected, "devices on " BOARD "%s:", changes[i].stranded);
        if (rc != ERR_CONFLICT || strstr(err.message, expected) == NULL)
            fail_msg("%s: %d %s", changes[i].what, rc, err.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(next_is_the_immediate_successor),
        cmocka_unit_test(only_published_images_are_offered),
        cmocka_unit_test(what_the_running_image_cannot_verify_is_not_offered),
        cmocka_unit_test(a_change_that_strands_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
