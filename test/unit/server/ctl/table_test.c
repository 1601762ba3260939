// Tables: widths, cutting, colour, escaping.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/ctl/table.h"

static const struct table_column columns[] = {
    {"MAC", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"IMAGE", TABLE_LEFT, TABLE_CUT_MIDDLE, 7},
    {"N", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"NOTE", TABLE_LEFT, TABLE_CUT_END, 5},
};

static struct table *make(const char *image, const char *note, enum table_style style)
{
    struct table *table = table_new(columns, 4);

    table_add(table, TABLE_PLAIN, "84f3");
    table_add(table, style, image);
    table_add(table, TABLE_PLAIN, "100");
    table_add(table, TABLE_PLAIN, note);
    return table;
}

static void expect(struct table *table, const struct terminal *terminal, const char *expected)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_int_equal(table_print(table, terminal, out, NULL), 0);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
    table_free(table);
}

static void test_without_a_terminal_nothing_is_cut(void **state)
{
    const struct terminal none = {0};

    (void)state;
    expect(make("BOARD-00.00.01", "a rather long note", TABLE_GOOD), &none,
        "MAC   IMAGE             N  NOTE\n"
        "84f3  BOARD-00.00.01  100  a rather long note\n");
}

// Free text that others follow is whole, and the other rows are not padded for it.
static void test_long_text_moves_its_own_row_only(void **state)
{
    static const struct table_column two[] = {
        {"BEFORE", TABLE_LEFT, TABLE_CUT_END, 8}, {"AFTER", TABLE_LEFT, TABLE_CUT_END, 8}};
    static const char *const cells[] = {"{}", "new", "12345678901234567890123456789012", "fits",
        "123456789012345678901234567890123", "does not"};
    const struct terminal none = {0};
    struct table *table = table_new(two, 2);

    (void)state;
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        table_add(table, TABLE_PLAIN, cells[i]);
    expect(table, &none,
        "BEFORE                            AFTER\n"
        "{}                                new\n"
        "12345678901234567890123456789012  fits\n"
        "123456789012345678901234567890123  does not\n");
}

// Page by page: the titles once, and no column narrower than it was.
static void test_pages(void **state)
{
    const struct terminal none = {0};
    struct table *table = make("BOARD-1", "x", TABLE_PLAIN);
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_int_equal(table_flush(table, &none, out, NULL), 0);
    table_add(table, TABLE_PLAIN, "84f4");
    table_add(table, TABLE_PLAIN, "B-1");
    table_add(table, TABLE_PLAIN, "1000");
    table_add(table, TABLE_PLAIN, "y");
    assert_int_equal(table_flush(table, &none, out, NULL), 0);
    assert_int_equal(table_flush(table, &none, out, NULL), 0);
    fclose(out);
    assert_string_equal(text, "MAC   IMAGE      N  NOTE\n"
                              "84f3  BOARD-1  100  x\n"
                              "84f4  B-1      1000  y\n");
    free(text);
    table_free(table);
    assert_int_equal(table_flush(NULL, &none, stdout, NULL), ERR_NO_MEMORY);
}

static void test_empty(void **state)
{
    const struct terminal none = {0};

    (void)state;
    expect(make("", "", TABLE_PLAIN), &none,
        "MAC   IMAGE    N  NOTE\n"
        "84f3  -      100  -\n");
    expect(table_new(columns, 4), &none, "MAC  IMAGE  N  NOTE\n");
}

static void test_cut(void **state)
{
    const struct terminal narrow = {.is_terminal = true, .columns = 30};
    const struct terminal tiny = {.is_terminal = true, .columns = 5};

    (void)state;
    // Free text gives way before names.
    expect(make("BOARD-00.00.01", "a note", TABLE_PLAIN), &narrow,
        "MAC   IMAGE           N  NOTE\n"
        "84f3  BOA\xe2\x80\xa6"
        "00.00.01  100  a no\xe2\x80\xa6\n");
    // No column goes below its least width.
    expect(make("BOARD-00.00.01", "a rather long note", TABLE_PLAIN), &tiny,
        "MAC   IMAGE      N  NOTE\n"
        "84f3  BO\xe2\x80\xa6"
        "0.01  100  a ra\xe2\x80\xa6\n");
}

static void test_cut_counts_code_points(void **state)
{
    const struct terminal narrow = {.is_terminal = true, .columns = 24};

    (void)state;
    expect(make("X-1", "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4", TABLE_PLAIN),
        &narrow,
        "MAC   IMAGE    N  NOTE\n"
        "84f3  X-1    100  \xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xe2\x80\xa6\n");
}

static void test_colour(void **state)
{
    const struct terminal colour = {.is_terminal = true, .colour = true, .columns = 80};

    (void)state;
    expect(make("X-1", "n", TABLE_BAD), &colour,
        "MAC   IMAGE    N  NOTE\n"
        "84f3  \033[31mX-1    \033[0m100  n\n");
}

static void test_device_cannot_write_to_the_terminal(void **state)
{
    const struct terminal none = {0};

    (void)state;
    expect(make("X-1", "\033]0;title\a\n", TABLE_PLAIN), &none,
        "MAC   IMAGE    N  NOTE\n"
        "84f3  X-1    100  \\x1b]0;title\\x07\\x0a\n");
}

static void test_no_memory(void **state)
{
    const struct terminal none = {0};

    (void)state;
    table_add(NULL, TABLE_PLAIN, "x");
    assert_int_equal(table_print(NULL, &none, stdout, NULL), ERR_NO_MEMORY);
    table_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_a_terminal_nothing_is_cut),
        cmocka_unit_test(test_long_text_moves_its_own_row_only),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_cut_counts_code_points),
        cmocka_unit_test(test_colour),
        cmocka_unit_test(test_device_cannot_write_to_the_terminal),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
