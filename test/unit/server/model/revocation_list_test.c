// Who is shut out, and the file that says so.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/model/revocation_list.h"

#define SAMPLE                                                                                     \
    "secureesp-revocations 1\nnumber 17\nserial 00\nserial 3a0f91\n"                               \
    "device 84f3eb000001 all\ndevice 84f3eb000002 before 1790000000000\nend 4\n"

static void test_written_as_it_stands_in_the_header(void **state)
{
    struct revocation_list *list;
    struct revocation_list *again;
    struct err err = {0};
    char *text;
    size_t n;

    (void)state;
    assert_int_equal(revocation_list_new(17, &list), 0);
    // in any order, and twice
    assert_int_equal(revocation_list_add_device(list, "84f3eb000002", 5), 0);
    assert_int_equal(revocation_list_add_device(list, "84f3eb000001", REVOCATION_ALL_MS), 0);
    assert_int_equal(revocation_list_add_device(list, "84f3eb000002", 1790000000000), 0);
    assert_int_equal(revocation_list_add_device(list, "84f3eb000002", 7), 0);
    assert_int_equal(revocation_list_add_device(list, "84f3eb000001", 7), 0);
    assert_int_equal(revocation_list_add_serial(list, "3a0f91"), 0);
    assert_int_equal(revocation_list_add_serial(list, "00"), 0);
    assert_int_equal(revocation_list_add_serial(list, "3a0f91"), 0);
    assert_int_equal(revocation_list_format(list, &text, &n), 0);
    assert_string_equal(text, SAMPLE);
    assert_int_equal(n, strlen(SAMPLE));
    assert_int_equal(revocation_list_parse(text, n, &again, &err), 0);
    assert_int_equal(revocation_list_number(again), 17);
    assert_int_equal(revocation_list_count(again), 4);
    free(text);
    assert_int_equal(revocation_list_format(again, &text, &n), 0);
    assert_string_equal(text, SAMPLE);
    free(text);
    revocation_list_free(list);
    revocation_list_free(again);
    revocation_list_free(NULL);
}

static void test_who_is_shut_out(void **state)
{
    static const struct {
        const char *mac;
        int64_t not_before_ms;
        bool out;
    } rows[] = {
        {"84f3eb000001", 0, true},
        {"84f3eb000001", INT64_MAX, true},
        {"84f3eb000002", 1789999999999, true},
        {"84f3eb000002", 1790000000000, false},
        {"84f3eb000000", 0, false},
        {"84f3eb000003", 0, false},
        {"", 0, false},
    };
    struct revocation_list *list;
    struct err err = {0};

    (void)state;
    assert_int_equal(revocation_list_parse(SAMPLE, strlen(SAMPLE), &list, &err), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(
            revocation_list_has_device(list, rows[i].mac, rows[i].not_before_ms), rows[i].out);
    assert_true(revocation_list_has_serial(list, "3a0f91"));
    assert_true(revocation_list_has_serial(list, "00"));
    assert_false(revocation_list_has_serial(list, "3a0f"));
    assert_false(revocation_list_has_serial(list, "3a0f9100"));
    assert_false(revocation_list_has_serial(list, ""));
    revocation_list_free(list);
}

static void test_each_of_many_is_found(void **state)
{
    struct revocation_list *list;
    char serial[SERIAL_SIZE];

    (void)state;
    assert_int_equal(revocation_list_new(1, &list), 0);
    for (unsigned i = 0; i < 1000; i++) { // 7 has no divisor in common with 1000
        (void)snprintf(serial, sizeof serial, "01%04x", i * 7 % 1000);
        assert_int_equal(revocation_list_add_serial(list, serial), 0);
    }
    assert_int_equal(revocation_list_count(list), 1000);
    for (unsigned i = 0; i < 1001; i++) {
        (void)snprintf(serial, sizeof serial, "01%04x", i);
        assert_int_equal(revocation_list_has_serial(list, serial), i < 1000);
    }
    revocation_list_free(list);
}

static void test_entries_that_are_none(void **state)
{
    static const char *const serials[] = {
        "", "0", "3A", "3g", "0001", "3a 0", "-1", "0102030405060708090a0b0c0d0e0f101112131415"};
    static const char *const macs[] = {"", "84f3eb00000", "84F3EB000001", "84f3eb0000012", "#"};
    struct revocation_list *list;

    (void)state;
    assert_int_equal(revocation_list_new(1, &list), 0);
    for (size_t i = 0; i < sizeof serials / sizeof serials[0]; i++)
        assert_int_equal(revocation_list_add_serial(list, serials[i]), ERR_INVALID);
    for (size_t i = 0; i < sizeof macs / sizeof macs[0]; i++)
        assert_int_equal(revocation_list_add_device(list, macs[i], 1), ERR_INVALID);
    assert_int_equal(revocation_list_add_device(list, "84f3eb000001", -1), ERR_INVALID);
    assert_int_equal(
        revocation_list_add_serial(list, "0102030405060708090a0b0c0d0e0f1011121314"), 0);
    assert_int_equal(revocation_list_count(list), 1);
    revocation_list_free(list);
}

static void test_a_file_that_was_cut_off_is_not_taken(void **state)
{
    size_t n = strlen(SAMPLE);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        struct revocation_list *list = NULL;
        struct err err = {0};
        char *text = malloc(i + 1); // so that reading beyond it is seen

        assert_non_null(text);
        memcpy(text, SAMPLE, i);
        assert_int_equal(revocation_list_parse(text, i, &list, &err), ERR_INVALID);
        assert_null(list);
        assert_int_not_equal(err.message[0], '\0');
        free(text);
    }
}

#define HEAD "secureesp-revocations 1\nnumber 1\n"

static void test_files_that_are_none(void **state)
{
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"", "line 1: not 'secureesp-revocations 1'"},
        {"secureesp-revocations 2\nnumber 1\nend 0\n", "line 1: not 'secureesp-revocations 1'"},
        {"secureesp-revocations 1\nend 0\n", "line 2: no 'number N'"},
        {"secureesp-revocations 1\nnumber 01\nend 0\n", "line 2: no 'number N'"},
        {"secureesp-revocations 1\nnumber 18446744073709551616\nend 0\n", "line 2: no 'number N'"},
        {"secureesp-revocations 1\nnumber 9223372036854775807\nend 0\n", "line 2: no 'number N'"},
        {HEAD "end 1\n", "line 3: another number of entries than were read"},
        {HEAD "serial 01\nend 0\n", "line 4: another number of entries than were read"},
        {HEAD "end 0\nend 0\n", "line 3: not the last"},
        {HEAD "end 0\n ", "line 3: not the last"},
        {HEAD "serial 01\r\nend 1\n",
            "line 3: neither 'serial HEX' nor 'device MAC all|before MS'"},
        {HEAD "device 84f3eb000001\nend 1\n",
            "line 3: neither 'serial HEX' nor 'device MAC all|before MS'"},
        {HEAD "device 84f3eb000001 before -1\nend 1\n",
            "line 3: neither 'serial HEX' nor 'device MAC all|before MS'"},
        {HEAD "device 84f3eb000001 before 9223372036854775807\nend 1\n",
            "line 3: neither 'serial HEX' nor 'device MAC all|before MS'"},
        {HEAD "device 84f3eb 000001 all\nend 1\n",
            "line 3: neither 'serial HEX' nor 'device MAC all|before MS'"},
        {HEAD "device 84f3eb000001 before 5 \nend 1\n",
            "line 3: neither 'serial HEX' nor 'device MAC all|before MS'"},
        {HEAD "device 84f3eb000001 before 18446744073709551615\nend 1\n",
            "line 3: neither 'serial HEX' nor 'device MAC all|before MS'"},
        {HEAD "device 84f3eb000001 all \nend 1\n",
            "line 3: neither 'serial HEX' nor 'device MAC all|before MS'"},
        {HEAD "device 84F3EB000001 all\nend 1\n",
            "line 3: neither 'serial HEX' nor 'device MAC all|before MS'"},
        {HEAD "serial 3a0\nend 1\n", "line 3: neither 'serial HEX' nor 'device MAC all|before MS'"},
        {HEAD "serial \nend 1\n", "line 3: neither 'serial HEX' nor 'device MAC all|before MS'"},
        {HEAD "end 00\n", "line 3: neither 'serial HEX' nor 'device MAC all|before MS'"},
        {HEAD "\nend 0\n", "line 3: neither 'serial HEX' nor 'device MAC all|before MS'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct revocation_list *list = NULL;
        struct err err = {0};

        assert_int_equal(
            revocation_list_parse(rows[i].text, strlen(rows[i].text), &list, &err), ERR_INVALID);
        assert_string_equal(err.message, rows[i].message);
        assert_null(list);
    }
}

// By hand, a list may be in any order, and say a thing twice.
static void test_read_in_any_order(void **state)
{
    static const char text[] =
        "secureesp-revocations 1\nnumber 17\ndevice 84f3eb000002 before 5\nserial 3a0f91\n"
        "device 84f3eb000001 all\nserial 00\ndevice 84f3eb000002 before 1790000000000\n"
        "serial 00\nend 6\n";
    struct revocation_list *list;
    struct err err = {0};
    char *again;
    size_t n;

    (void)state;
    assert_int_equal(revocation_list_parse(text, strlen(text), &list, &err), 0);
    assert_int_equal(revocation_list_format(list, &again, &n), 0);
    assert_string_equal(again, SAMPLE);
    free(again);
    revocation_list_free(list);
}

static void test_one_by_one(void **state)
{
    static const struct revocation_list_entry rows[] = {
        {.serial = "00"},
        {.serial = "3a0f91"},
        {.mac = "84f3eb000001", .before_ms = REVOCATION_ALL_MS},
        {.mac = "84f3eb000002", .before_ms = 1790000000000},
    };
    struct revocation_list *list;
    struct err err = {0};

    (void)state;
    assert_int_equal(revocation_list_parse(SAMPLE, strlen(SAMPLE), &list, &err), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct revocation_list_entry entry;

        revocation_list_get(list, i, &entry);
        assert_string_equal(entry.serial, rows[i].serial);
        assert_string_equal(entry.mac, rows[i].mac);
        assert_int_equal(entry.before_ms, rows[i].before_ms);
    }
    revocation_list_free(list);
}

// Of a damaged one, too.
static void test_the_number_alone(void **state)
{
    static const struct {
        const char *text;
        bool has;
    } rows[] = {
        {SAMPLE, true},
        {"secureesp-revocations 1\nnumber 17\nserial 3", true},
        {"secureesp-revocations 1\nnumber 17", false}, // 170 may have been meant
        {"secureesp-revocations 1\nnumber x17\n", false},
        {"secureesp-revocations 2\nnumber 17\n", false},
        {"", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t number = 0;

        assert_int_equal(
            revocation_list_read_number(rows[i].text, strlen(rows[i].text), &number), rows[i].has);
        assert_int_equal(number, rows[i].has ? 17 : 0);
    }
}

// As many as may be, and one more.
static void test_not_without_end(void **state)
{
    static char text[(REVOCATION_LIST_MAX + 3) * 17];
    struct revocation_list *list = NULL;
    struct err err = {0};

    (void)state;
    for (int more = 0; more <= 1; more++) {
        char *end = text + sprintf(text, HEAD);

        for (int i = 0; i < REVOCATION_LIST_MAX + more; i++)
            end += sprintf(end, "serial 01%06x\n", (unsigned)i);
        end += sprintf(end, "end %d\n", REVOCATION_LIST_MAX + more);
        assert_int_equal(revocation_list_parse(text, (size_t)(end - text), &list, &err),
            more == 0 ? 0 : ERR_TOO_LARGE);
        if (more > 0)
            break;
        assert_int_equal(revocation_list_count(list), REVOCATION_LIST_MAX);
        assert_int_equal(revocation_list_add_serial(list, "01000007"), 0); // it is there
        assert_int_equal(revocation_list_add_serial(list, "02"), ERR_TOO_LARGE);
        assert_int_equal(revocation_list_add_device(list, "84f3eb000001", 5), ERR_TOO_LARGE);
        revocation_list_free(list);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written_as_it_stands_in_the_header),
        cmocka_unit_test(test_who_is_shut_out),
        cmocka_unit_test(test_each_of_many_is_found),
        cmocka_unit_test(test_entries_that_are_none),
        cmocka_unit_test(test_a_file_that_was_cut_off_is_not_taken),
        cmocka_unit_test(test_files_that_are_none),
        cmocka_unit_test(test_read_in_any_order),
        cmocka_unit_test(test_one_by_one),
        cmocka_unit_test(test_the_number_alone),
        cmocka_unit_test(test_not_without_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
