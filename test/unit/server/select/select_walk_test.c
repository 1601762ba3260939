// Through trees, in the order in which they are written.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "server/select/select_parse.h"
#include "server/select/select_walk.h"

// A letter a step: the join, of what stands within another in lower case behind it, then the visit.
static const struct {
    const char *filter;
    const char *steps;
} rows[] = {
    {"tag=a", "=o0 "},
    {"not tag=a", "!o0 =n0 !o2 "},
    {"tag=a tag=b", "&o0 =a0 &o1 =a0 &o2 "},
    {"tag=a or not tag=b tag=c", "|o0 =o0 |o1 &o0 !a0 =n0 !a2 &o1 =a0 &o2 |o2 "},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct select_tree tree;
        struct select_walk walk;
        struct select_walk_step step;
        char steps[128] = "";

        assert_int_equal(select_parse(rows[i].filter, &tree, NULL), 0);
        select_walk_begin(&walk, &tree);
        while (select_walk_next(&walk, &step))
            snprintf(steps + strlen(steps), sizeof steps - strlen(steps), "%c%c%d ",
                "=!&|"[step.node->join], "-nao"[step.outer], (int)step.visit);
        assert_string_equal(steps, rows[i].steps);
        assert_false(select_walk_next(&walk, &step));
    }
}

// As deep as nodes go.
static void test_deepest(void **state)
{
    struct select_tree tree = {.count = SELECT_NODES_MAX, .root = SELECT_NODES_MAX - 1};
    struct select_walk walk;
    struct select_walk_step step;
    size_t steps = 0;

    (void)state;
    for (size_t i = 1; i < SELECT_NODES_MAX; i++)
        tree.nodes[i] = (struct select_node){.join = SELECT_NOT, .left = i - 1};
    select_walk_begin(&walk, &tree);
    while (select_walk_next(&walk, &step))
        steps++;
    assert_int_equal(steps, 2 * SELECT_NODES_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_deepest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
