// Chains that are climbed by leaps: what is next, and which changes would strand a device.
#include "server/release/release_check.h"
#include "test/unit/server/release/chain_rows.h"

// must_pass: versions, as letters of one digit each.
static size_t make_leaps(
    const struct row *rows, const char *must_pass, struct release_member *members)
{
    size_t n = make(rows, members);

    for (size_t i = 0; i < n; i++) {
        members[i].policy = BOARD_POLICY_LEAP;
        members[i].image.must_pass = strchr(must_pass, members[i].image.name.version[0]) != NULL;
    }
    release_chain_plan(members, n);
    return n;
}

static void the_furthest_is_next(void **state)
{
    static const struct {
        struct row rows[6];
        const char *must_pass;
        const char *next; // to who runs the first; NULL: none
    } cases[] = {
        {{{"1", P, "a", "a", 1}, {"2", P, "a", "a", 0}, {"3", P, "a", "a", 0}}, "", "3"},
        {{{"1", P, "a", "a", 1}, {"2", P, "a", "a", 0}, {"3", P, "a", "a", 0}}, "2", "2"},
        {{{"1", P, "a", "a", 1}, {"2", W, "a", "a", 0}, {"3", P, "a", "a", 0}}, "2", "3"},
        {{{"1", P, "a", "a", 1}, {"2", P, "a", "b", 0}, {"3", P, "b", "b", 0}}, "", "2"},
        {{{"1", P, "a", "a", 1}, {"2", P, "a", "b", 0}, {"3", P, "a", "c", 0},
             {"4", P, "b", "b", 0}},
            "", "2"}, // the third is a dead end
        {{{"1", P, "a", "a", 1}, {"2", P, "b", "a", 0}, {"3", P, "a", "a", 0}}, "", "3"},
        {{{"1", P, "a", "a", 1}, {"2", P, "b", "a", 0}, {"3", P, "a", "a", 0}}, "2", NULL},
        {{{"1", P, "a", "a", 1}, {"2", P, "a", "a", 0}, {"3", A, "a", "a", 0}}, "", "2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct release_member members[6];
        size_t n = make_leaps(cases[i].rows, cases[i].must_pass, members);
        const struct image *next;
        enum release_answer answer = release_chain_next(members, n, &members[0].image.name, &next);

        if (answer != (cases[i].next != NULL ? RELEASE_NEXT : RELEASE_STRANDED) ||
            (cases[i].next != NULL && strcmp(next->name.version, cases[i].next) != 0))
            fail_msg("row %zu: %d %s", i, answer, next->name.version);
    }
}

// Nor does a leap go over an image of another layout.
static void no_leap_goes_over_another_layout(void **state)
{
    static const struct row rows[4] = {
        {"1", P, "a", "a", 0}, {"2", P, "a", "a", 0}, {"3", P, "a", "a", 0}};
    struct release_member members[3];
    size_t n = make_leaps(rows, "", members);
    const struct image *next;

    (void)state;
    members[0].image.layout = IMAGE_LAYOUT_SKETCH;
    members[1].image.layout = IMAGE_LAYOUT_SDK;
    members[2].image.layout = IMAGE_LAYOUT_SKETCH;
    release_chain_plan(members, n);
    assert_int_equal(
        release_chain_next(members, n, &members[0].image.name, &next), RELEASE_OTHER_LAYOUT);
    assert_ptr_equal(next, &members[1].image);
}

static void a_change_that_strands_is_refused(void **state)
{
    static const struct {
        const char *what;
        struct row rows[6];
        const char *must_pass;
        size_t place;
        enum image_state wish;
        const char *reason; // NULL: it is not refused
    } cases[] = {
        {"a newest that the second cannot verify",
            {{"1", P, "a", "ab", 1}, {"2", P, "a", "a", 0}, {"3", A, "b", "b", 0}}, "", 2, P,
            "devices on BOARD-2: its successor would be BOARD-3, signed with key b"},
        {"a newest that nobody can verify",
            {{"1", P, "a", "a", 1}, {"2", P, "a", "a", 0}, {"3", A, "b", "b", 0}}, "", 2, P,
            "devices on BOARD-1: they would come no further than BOARD-2, which carries no key "
            "that verifies BOARD-3 (signed with key b)"},
        {"the only way", {{"1", P, "a", "a", 1}, {"2", P, "a", "b", 0}, {"3", P, "b", "b", 0}}, "",
            1, W, "devices on BOARD-1: its successor would be BOARD-3"},
        {"one of two ways",
            {{"1", P, "a", "a", 1}, {"2", P, "a", "b", 0}, {"3", P, "a", "b", 0},
                {"4", P, "b", "b", 0}},
            "", 1, W, NULL},
        {"what a leap goes over",
            {{"1", P, "a", "a", 1}, {"2", A, "c", "a", 0}, {"3", P, "a", "a", 0}}, "", 1, P, NULL},
        {"what must be passed through and cannot be verified",
            {{"1", P, "a", "a", 1}, {"2", A, "c", "a", 0}, {"3", P, "a", "a", 0}}, "2", 1, P,
            "devices on BOARD-1: its successor would be BOARD-2"},
        {"the same in the way of who is stranded already",
            {{"1", P, "a", "a", 1}, {"2", A, "c", "b", 0}, {"3", W, "a", "b", 0},
                {"4", P, "b", "b", 0}},
            "2", 1, P, "devices on BOARD-1: its successor would be BOARD-2"},
        {"behind who is stranded already",
            {{"1", P, "a", "a", 1}, {"2", P, "c", "c", 0}, {"3", A, "c", "c", 0}}, "", 2, P, NULL},
        {"behind what nobody runs", {{"1", A, "a", "a", 0}, {"2", A, "c", "c", 0}}, "", 1, P, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct release_member members[6];
        size_t n = make_leaps(cases[i].rows, cases[i].must_pass, members);
        struct err err = {0};
        int rc = check_state(members, n, cases[i].place, cases[i].wish, &err);

        if (rc != (cases[i].reason == NULL ? 0 : ERR_CONFLICT) ||
            (cases[i].reason != NULL && strstr(err.message, cases[i].reason) == NULL))
            fail_msg("%s: %d %s", cases[i].what, rc, err.message);
    }
}

// A withdrawn mistake of another layout that nobody runs does not keep its chain from going on.
static void a_mistake_that_nobody_runs_does_not_count(void **state)
{
    static const struct row rows[4] = {
        {"1", P, "a", "a", 3}, {"2", W, "a", "a", 0}, {"3", A, "a", "a", 0}};
    struct release_member members[3];
    size_t n = make_leaps(rows, "", members);

    (void)state;
    members[0].image.layout = IMAGE_LAYOUT_SKETCH;
    members[1].image.layout = IMAGE_LAYOUT_SDK;
    members[2].image.layout = IMAGE_LAYOUT_SKETCH;
    assert_int_equal(check_state(members, n, 2, P, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_furthest_is_next),
        cmocka_unit_test(no_leap_goes_over_another_layout),
        cmocka_unit_test(a_change_that_strands_is_refused),
        cmocka_unit_test(a_mistake_that_nobody_runs_does_not_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
