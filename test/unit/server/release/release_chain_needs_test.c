// What a step of the release chain is needed for.
#include "test/unit/server/release/chain_rows.h"

// What devices on an older image still need in order to come to a newer one, however far that is.
static void a_step_is_needed_for_what_follows(void **state)
{
    static const struct {
        struct row rows[6];
        const char *step;
        const char *needed_by; // NULL: nobody
        const char *goal;
    } cases[] = {
        {{{"1", P, "a", "a", 1}, {"2", P, "a", "ab", 0}, {"3", P, "b", "b", 0}}, "2", "1", "3"},
        {{{"1", P, "a", "a", 1}, {"2", P, "a", "ab", 0}, {"3", P, "a", "a", 0},
             {"4", P, "b", "b", 0}},
            "2", "1", "4"},
        {{{"1", P, "a", "a", 1}, {"2", P, "a", "ab", 0}, {"3", P, "a", "a", 0},
             {"4", W, "b", "b", 0}, {"5", P, "b", "b", 0}},
            "2", "1", "5"},
        {{{"1", P, "a", "ab", 1}, {"2", P, "a", "ab", 0}, {"3", P, "b", "b", 0}}, "2", NULL, NULL},
        {{{"1", A, "a", "a", 0}, {"2", P, "a", "ab", 0}, {"3", P, "b", "b", 0}}, "2", NULL, NULL},
        {{{"1", P, "a", "a", 1}, {"2", P, "a", "ab", 0}, {"3", W, "b", "b", 0}}, "2", NULL, NULL},
        {{{"1", P, "a", "a", 1}, {"2", P, "a", "ab", 0}, {"3", P, "b", "b", 0}}, "3", NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct release_member members[6];
        size_t n = make(cases[i].rows, members);
        const struct image *goal = NULL;
        char name[IMAGE_NAME_SIZE];
        const struct image *needs;

        snprintf(name, sizeof name, BOARD "%s", cases[i].step);
        needs = release_chain_needs(members, n, name, &goal);
        if (cases[i].needed_by == NULL) {
            assert_null(needs);
            continue;
        }
        assert_non_null(needs);
        assert_string_equal(needs->name.version, cases[i].needed_by);
        assert_string_equal(goal->name.version, cases[i].goal);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_is_needed_for_what_follows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
