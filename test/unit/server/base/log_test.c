// Log lines: levels, prefixes, and input that would forge a line.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/base/log.h"

// Runs one log_info() with standard error in a pipe, and reads what it wrote.
static void capture(const char *text, char *out, size_t size)
{
    int ends[2];
    int saved = dup(STDERR_FILENO);

    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    log_info("test", "event text=%s", text);
    dup2(saved, STDERR_FILENO); // closes the pipe's end
    close(saved);

    ssize_t n = read(ends[0], out, size - 1);

    out[n > 0 ? n : 0] = '\0';
    close(ends[0]);
}

static int under_systemd(void **state)
{
    (void)state;
    log_set_level(LOG_INFO);
    return setenv("JOURNAL_STREAM", "1:2", 1);
}

static void test_line_for_the_journal(void **state)
{
    char line[256];

    (void)state;
    capture("x", line, sizeof line);
    assert_string_equal(line, "<6>test: event text=x\n");
}

static void test_line_with_time(void **state)
{
    char line[256];

    (void)state;
    unsetenv("JOURNAL_STREAM");
    capture("x", line, sizeof line);
    assert_int_equal(line[4], '-');
    assert_int_equal(line[23], 'Z');
    assert_string_equal(line + 24, " info test: event text=x\n");
}

static void test_escapes(void **state)
{
    char line[256];

    (void)state;
    capture("a\nb\r\033[31m\x7f", line, sizeof line);
    assert_string_equal(line, "<6>test: event text=a\\x0ab\\x0d\\x1b[31m\\x7f\n");
    capture("\xc3\xa4 \xc3 \xff\xed\xa0\x80", line, sizeof line);
    assert_string_equal(line, "<6>test: event text=\xc3\xa4 \\xc3 \\xff\\xed\\xa0\\x80\n");
    capture("\xc2\x9b\xe2\x80\xae", line, sizeof line);
    assert_string_equal(line, "<6>test: event text=\\u009b\\u202e\n");
}

static void test_long_line_is_cut(void **state)
{
    char text[5000];
    char line[8192];

    (void)state;
    memset(text, '\n', sizeof text);
    text[sizeof text - 1] = '\0';
    capture(text, line, sizeof line);
    assert_true(strlen(line) > 1000);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void test_levels(void **state)
{
    char line[256];

    (void)state;
    log_set_level(LOG_WARNING);
    capture("x", line, sizeof line);
    assert_string_equal(line, "");
    assert_int_equal(log_level_from_name("error"), LOG_ERROR);
    assert_int_equal(log_level_from_name("debug"), LOG_DEBUG);
    assert_int_equal(log_level_from_name("loud"), -1);
    assert_int_equal(log_level_from_name(""), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_line_for_the_journal, under_systemd),
        cmocka_unit_test_setup(test_line_with_time, under_systemd),
        cmocka_unit_test_setup(test_escapes, under_systemd),
        cmocka_unit_test_setup(test_long_line_is_cut, under_systemd),
        cmocka_unit_test_setup(test_levels, under_systemd),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
