// Numbers as lines of blocks.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/ctl/sparkline.h"

#define LOWEST "\u2581"
#define HIGHEST "\u2588"

static void expect(
    const struct sparkline *line, enum sparkline_shape shape, size_t columns, const char *expected)
{
    char out[256];

    memset(out, 'x', sizeof out);
    sparkline_draw(line, shape, columns, out);
    assert_string_equal(out, expected);
    assert_true(strlen(out) <= 3 * columns);
}

static void test_blocks(void **state)
{
    static const double values[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    static const double odd[] = {-5, NAN, 20};
    struct sparkline line = {values, 9, 0, 8};

    (void)state;
    expect(&line, SPARKLINE_MEAN, 9, "▁▂▃▄▅▆▇██");
    expect(&line, SPARKLINE_MEAN, 100, "▁▂▃▄▅▆▇██"); // no wider than there are values
    line = (struct sparkline){odd, 3, 0, 8};
    expect(&line, SPARKLINE_MEAN, 3, LOWEST " " HIGHEST);
    line.count = 0;
    expect(&line, SPARKLINE_MEAN, 3, "");
}

static void test_values_share_columns(void **state)
{
    static const double values[] = {0, 8, NAN, NAN, 4, NAN, 8, 8};
    struct sparkline line = {values, 8, 0, 8};

    (void)state;
    expect(&line, SPARKLINE_MEAN, 4, "▅ ▅█");
    expect(&line, SPARKLINE_LOWEST, 4, "▁ ▅█");
    line.max = 16;
    expect(&line, SPARKLINE_SUM, 4, "▅ ▃█");
    expect(&line, SPARKLINE_SUM, 1, HIGHEST);
}

static void test_the_scale_is_what_is_drawn(void **state)
{
    static const double values[] = {-80, -40, NAN, -60};
    static const double equal[] = {3, 3};
    static const double nothing[] = {NAN, NAN};
    static const double counts[] = {0, 1, 1, 1};
    struct sparkline line = {values, 4, NAN, NAN};

    (void)state;
    expect(&line, SPARKLINE_MEAN, 4, "▁█ ▅");
    line = (struct sparkline){equal, 2, NAN, NAN};
    expect(&line, SPARKLINE_MEAN, 2, LOWEST LOWEST);
    line = (struct sparkline){nothing, 2, NAN, NAN};
    expect(&line, SPARKLINE_MEAN, 2, "  ");
    line = (struct sparkline){counts, 4, 0, NAN};
    expect(&line, SPARKLINE_SUM, 2, "▅█"); // 1 and 2
}

static void test_where_it_can_be_shown(void **state)
{
    static const struct {
        const char *all, *type, *lang;
        bool can;
    } rows[] = {{NULL, NULL, NULL, false}, {NULL, NULL, "C", false},
        {NULL, NULL, "en_US.UTF-8", true}, {NULL, "de_DE.utf8", "C", true},
        {"C", "de_DE.utf8", "C.UTF-8", false}, {"", "", "C.UTF-8", true},
        {NULL, "en_US.ISO-8859-1", "C.UTF-8", false}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *const names[][2] = {
            {"LC_ALL", rows[i].all}, {"LC_CTYPE", rows[i].type}, {"LANG", rows[i].lang}};

        for (size_t n = 0; n < 3; n++)
            assert_int_equal(
                names[n][1] != NULL ? setenv(names[n][0], names[n][1], 1) : unsetenv(names[n][0]),
                0);
        assert_int_equal(sparkline_can_be_shown(), rows[i].can);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_values_share_columns),
        cmocka_unit_test(test_the_scale_is_what_is_drawn),
        cmocka_unit_test(test_where_it_can_be_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
