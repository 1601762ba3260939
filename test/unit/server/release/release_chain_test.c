// The release chain: what is next, and what would strand a device.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/release/release_check.h"
#include "test/unit/server/release/chain_rows.h"

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

static void every_embedded_key_counts(void **state)
{
    static const char *const embeds[] = {"c", "cx", "xc", "xyc", "xyzc"};

    (void)state;
    for (size_t i = 0; i < sizeof embeds / sizeof embeds[0]; i++) {
        const struct row rows[] = {
            {"1", P, "a", embeds[i], 0},
            {"2", P, "c", "c", 0},
            {NULL, A, NULL, NULL, 0},
        };
        struct release_member members[2];
        size_t n = make(rows, members);
        const struct image *next;

        assert_int_equal(
            release_chain_next(members, n, &members[0].image.name, &next), RELEASE_NEXT);
        assert_int_equal(check_state(members, n, 1, P, NULL), 0);
    }
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

        int rc = check_state(members, n, index, changes[i].state, &err);

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

// Images 1, 2, ... of one key, each in three letters: P, A or W for its state; 's' for a sketch,
// 'k' for an SDK image, '-' for another, '?' for one not looked at; the number of its devices.
static size_t make_layouts(const char *chain, struct release_member *members)
{
    static const char states[] = {[A] = 'A', [P] = 'P', [W] = 'W'};
    static const char layouts[] = {[IMAGE_LAYOUT_UNREAD] = '?',
        [IMAGE_LAYOUT_OTHER] = '-',
        [IMAGE_LAYOUT_SKETCH] = 's',
        [IMAGE_LAYOUT_SDK] = 'k'};
    static const struct row row[] = {{"1", A, "a", "a", 0}, {"2", A, "a", "a", 0},
        {"3", A, "a", "a", 0}, {"4", A, "a", "a", 0}, {NULL, A, NULL, NULL, 0}};
    size_t n = (strlen(chain) + 1) / 4;

    make(row, members);
    for (size_t i = 0; i < n; i++) {
        const char *letters = chain + 4 * i;
        const char *at = memchr(states, letters[0], sizeof states);

        assert_non_null(at);
        members[i].image.state = (enum image_state)(at - states);
        at = memchr(layouts, letters[1], sizeof layouts);
        assert_non_null(at);
        members[i].image.layout = (enum image_layout)(at - layouts);
        members[i].devices = letters[2] - '0';
    }
    return n;
}

static const struct layout_case {
    const char *what;
    const char *chain;
    size_t place; // of the image to change, from 1
    enum image_state state;
    const char *refused; // in the reason; NULL: not refused
} layout_changes[] = {
    {"the first image", "As0", 1, P, NULL},
    {"a sketch behind a sketch", "Ps0 As0", 2, P, NULL},
    {"an SDK image behind one", "Pk0 Ak0", 2, P, NULL},
    {"an SDK image behind a sketch", "Ps0 Ak0", 2, P, "1 is an Arduino sketch"},
    {"a sketch behind an SDK image", "Pk0 As0", 2, P, "1 is an image of ESP8266_RTOS_SDK"},
    {"an SDK image before a sketch", "Ak0 Ps0", 1, P, "2 is an Arduino sketch"},
    {"a sketch before an SDK image", "As0 Pk0", 1, P, "2 is an image of ESP8266_RTOS_SDK"},
    {"an SDK image between sketches", "Ps0 Ak0 Ps0", 2, P, "1 is an Arduino sketch"},
    {"behind a sketch never published that nobody runs", "As0 Ak0", 2, P, NULL},
    {"behind a sketch never published that a device runs", "As1 Ak0", 2, P,
        "1 is an Arduino sketch"},
    {"before a sketch never published that a device runs", "Ak0 As1", 1, P,
        "2 is an Arduino sketch"},
    {"behind a withdrawn sketch that a device runs", "Ws1 Ak0", 2, P, "1 is an Arduino sketch"},
    {"behind a withdrawn mistake that nobody runs", "Ps3 Wk0 As0", 3, P, NULL},
    {"behind a withdrawn mistake that a device runs", "Ps3 Wk1 As0", 3, P,
        "2 is an image of ESP8266_RTOS_SDK"},
    {"behind a mistake that is still published", "Ps3 Pk0 As0", 3, P,
        "2 is an image of ESP8266_RTOS_SDK"},
    {"a withdrawn mistake again", "Ps3 Wk0", 2, P, "1 is an Arduino sketch"},
    {"with one between them that is not known", "Ps0 P-0 Ak0", 3, P, "1 is an Arduino sketch"},
    {"one not known behind a sketch", "Ps0 A-0", 2, P, NULL},
    {"one not looked at behind a sketch", "Ps0 A?0", 2, P, NULL},
    {"a sketch behind one not known", "P-1 As0", 2, P, NULL},
    {"one not looked at behind one not known", "P-1 A?0", 2, P, NULL},
    {"withdrawing the newest of two mistakes", "Ps3 Pk0 Pk0", 3, W, NULL},
    {"withdrawing the mistake in the way", "Ps3 Pk0 Ps0", 2, W, NULL},
    {"withdrawing what stands between a sketch and the mistake", "Ps3 Ps0 Pk0", 2, W,
        "devices on " BOARD "1:"},
};

static void a_chain_keeps_to_one_layout(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof layout_changes / sizeof layout_changes[0]; i++) {
        const struct layout_case *c = &layout_changes[i];
        struct release_member members[4];
        size_t n = make_layouts(c->chain, members);
        struct err err = {0};
        int rc = check_state(members, n, c->place - 1, c->state, &err);

        if (rc != (c->refused == NULL ? 0 : ERR_CONFLICT) ||
            (c->refused != NULL && strstr(err.message, c->refused) == NULL))
            fail_msg("%s: %d %s", c->what, rc, err.message);
    }
}

// Whatever a database holds already: no image of another layout is offered, nor one behind it.
static void an_image_of_another_layout_is_not_offered(void **state)
{
    // To a device on each image: '+' the next, '.' nothing newer, 'x' refused.
    static const char *const cases[][2] = {
        {"Ps0 Ps0 Pk0 Pk0", "+x+."},
        {"Pk0 Ps0 Pk0", "xx."},
        {"Ps0 Wk0 Ps0", "+x."},
        {"As0 Pk0", "x."},
        {"Ps0 P-0 Pk0", "+x."}, // who runs the second may have come from the first
        {"P-0 Pk0 P?0", "++."},
        {"P?0 Ps0 P-0 Ps0", "+++."},
    };
    static const char letters[] = {
        [RELEASE_NEXT] = '+', [RELEASE_CURRENT] = '.', [RELEASE_OTHER_LAYOUT] = 'x'};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct release_member members[4];
        size_t n = make_layouts(cases[i][0], members);

        for (size_t j = 0; j < n; j++) {
            const struct image *next;
            enum release_answer answer =
                release_chain_next(members, n, &members[j].image.name, &next);

            if (letters[answer] != cases[i][1][j])
                fail_msg("%s, image %zu: %d", cases[i][0], j + 1, answer);
            assert_true((answer == RELEASE_CURRENT) == (next == NULL));
        }
    }
}

// What is of another layout and cannot be verified either is no matter of keys.
static void a_key_does_not_help_against_a_layout(void **state)
{
    struct release_member members[4];
    size_t n = make_layouts("Ps0 Pk0", members);
    const struct image *next;

    (void)state;
    members[1].image.signer[0] = 'b';
    assert_int_equal(
        release_chain_next(members, n, &members[0].image.name, &next), RELEASE_OTHER_LAYOUT);
    assert_string_equal(next->name.version, "2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(next_is_the_immediate_successor),
        cmocka_unit_test(only_published_images_are_offered),
        cmocka_unit_test(what_the_running_image_cannot_verify_is_not_offered),
        cmocka_unit_test(every_embedded_key_counts),
        cmocka_unit_test(a_change_that_strands_is_refused),
        cmocka_unit_test(a_chain_keeps_to_one_layout),
        cmocka_unit_test(an_image_of_another_layout_is_not_offered),
        cmocka_unit_test(a_key_does_not_help_against_a_layout),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
