// Tests of a line that says whose a client identifier is.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>

#include "server/broker/session_record.h"

#define ROLE_32 "a23456789012345678901234567890_2"
#define NAME_64 "n234567890123456789012345678901234567890123456789012345678901234"

static void test_parse(void **state)
{
    static const struct {
        const char *line;
        bool is_good;
    } rows[] = {
        {"1790000000000 monitor desk desk", true},
        {"0 device 84f3eb000001 k", true},
        {"999999999999999 " ROLE_32 " " NAME_64 " an identifier  with spaces ", true},
        {"1 monitor desk  desk", true}, // it begins with a space
        {"", false},
        {"1", false},
        {"1 monitor", false},
        {"1 monitor desk", false},
        {"1 monitor desk ", false},
        {"1  desk desk", false},
        {" 1 monitor desk desk", false},
        {"-1 monitor desk desk", false},
        {"+1 monitor desk desk", false},
        {"1a monitor desk desk", false},
        {"1000000000000000 monitor desk desk", false},
        {"1 x" ROLE_32 " desk desk", false},
        {"1 monitor x" NAME_64 " desk", false},
        {"1 monitor desk de\tsk", false},
        {"1 monitor desk de\x7fsk", false},
        {"1 monitor desk d\xc3\xa4sk", false},
        {"1\tmonitor\tdesk\tdesk", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct session_record record = {.seen_ms = -7};
        bool is_good = session_record_parse(rows[i].line, strlen(rows[i].line), &record);

        if (is_good != rows[i].is_good || (!is_good && record.seen_ms != -7))
            fail_msg("'%s'", rows[i].line);
    }
}

static void test_values(void **state)
{
    static const char line[] = "1790000000123 monitor desk a  b ";
    struct session_record record;
    char *text = NULL;
    size_t n;
    FILE *stream = open_memstream(&text, &n);

    (void)state;
    assert_true(session_record_parse(line, strlen(line), &record));
    assert_true(record.seen_ms == INT64_C(1790000000123));
    assert_string_equal(record.role, "monitor");
    assert_string_equal(record.name, "desk");
    assert_string_equal(record.client_id, "a  b ");
    session_record_print(&record, stream);
    fclose(stream);
    assert_string_equal(text, "1790000000123 monitor desk a  b \n");
    free(text);
    // a NUL is no end of a line
    assert_false(
        session_record_parse("1 monitor desk de\0sk", sizeof "1 monitor desk de\0sk" - 1, &record));
}

// As long as MQTT has it, and one byte more.
static void test_long(void **state)
{
    static const char head[] = "1 device 84f3eb000001 ";
    size_t n = strlen(head);
    char *line = malloc(n + SESSION_RECORD_ID_MAX + 2);
    struct session_record record;

    (void)state;
    memcpy(line, head, n);
    memset(line + n, 'x', SESSION_RECORD_ID_MAX + 1);
    line[n + SESSION_RECORD_ID_MAX] = '\0';
    assert_true(session_record_parse(line, n + SESSION_RECORD_ID_MAX, &record));
    line[n + SESSION_RECORD_ID_MAX] = 'x';
    line[n + SESSION_RECORD_ID_MAX + 1] = '\0';
    assert_false(session_record_parse(line, n + SESSION_RECORD_ID_MAX + 1, &record));
    free(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
