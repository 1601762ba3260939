// The record of what a CA has issued on its way from one machine to another.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/pki/issued.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define NOW_MS INT64_C(1767225600000)

static int count_one(const struct certificate *certificate, void *ctx)
{
    (void)certificate;
    ++*(size_t *)ctx;
    return 0;
}

// What one machine hands to another.
static void test_record_in_memory(void **state)
{
    struct pki_folder_order order = {.folder = *state, .now_ms = NOW_MS};
    struct pki_folder_pair pair;
    struct certificate *both[2];
    struct err err;
    size_t count = 0;
    char *text;
    size_t n;

    assert_int_equal(pki_folder_init(&order, "test CA", &pair, NULL), 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(certificate_load(pair.public_path, &both[i], NULL), 0);
    assert_int_equal(issued_format(both, 2, &text, &n, NULL), 0);
    assert_int_equal(strlen(text), n);
    assert_int_equal(issued_parse((uint8_t *)text, n, count_one, &count, NULL), 0);
    assert_int_equal(count, 2);
    for (size_t cut = n / 2 + 40; cut < n - 1; cut += 31) { // in the second
        count = 0;
        assert_int_equal(issued_parse((uint8_t *)text, cut, count_one, &count, &err), ERR_INVALID);
        assert_int_equal(count, 1);
        assert_non_null(strstr(err.message, "certificate 2 has no end"));
    }
    for (size_t i = 0; i < 2; i++)
        certificate_free(both[i]);
    free(text);
}

// A certificate's text, some lines, which the caller frees.
static char *make_text(const char *folder)
{
    struct pki_folder_order order = {.folder = folder, .now_ms = NOW_MS};
    struct pki_folder_pair pair;
    uint8_t *text;
    size_t n;

    assert_int_equal(pki_folder_init(&order, "test CA", &pair, NULL), 0);
    assert_int_equal(file_read(pair.public_path, 65536, &text, &n, NULL), 0);
    return (char *)text;
}

static unsigned count_lines(const char *text)
{
    unsigned lines = 0;

    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

// How many of its last are handed out, of so many that are asked for.
static size_t count_last(const char *folder, size_t asked)
{
    size_t count = 0;

    assert_int_equal(issued_each_last(folder, asked, count_one, &count, NULL), 0);
    return count;
}

static void test_the_last_alone(void **state)
{
    char *one = make_text(*state);
    char damaged[4096];
    char text[16384];
    char path[SCRATCH_PATH_SIZE];
    size_t count = 0;

    snprintf(damaged, sizeof damaged, "%s", one);
    damaged[100] = '*';

    size_t n = (size_t)snprintf(text, sizeof text, "%s%s%s", damaged, one, one);

    scratch_path(*state, "issued.pem", path);
    assert_int_equal(issued_each_last(*state, 1, count_one, &count, NULL), ERR_NOT_FOUND);
    assert_int_equal(file_replace(path, (uint8_t *)text, n, 0600, NULL), 0);
    assert_int_equal(count_last(*state, 0), 0);
    assert_int_equal(count_last(*state, 1), 1);
    assert_int_equal(count_last(*state, 2), 2);
    assert_int_equal(issued_each_last(*state, 3, count_one, &count, NULL), ERR_INVALID);
    assert_int_equal(file_replace(path, (uint8_t *)text, n - 100, 0600, NULL), 0);
    assert_int_equal(count_last(*state, 1), 0); // which is unfinished
    assert_int_equal(count_last(*state, 2), 1);
    assert_int_equal(file_replace(path, (uint8_t *)"damaged\n", 8, 0600, NULL), 0);
    assert_int_equal(issued_each_last(*state, 1, count_one, &count, NULL), ERR_INVALID);
    free(one);
}

// A record of these three pieces, which is read both ways. what: of the message, in which the n-th
// certificate's first line stands; NULL: all is well.
static void check_record(const char *folder, const char *const pieces[3], const char *what)
{
    char path[SCRATCH_PATH_SIZE];
    char text[16384];
    struct err err = {0};
    size_t count = 0;
    size_t n = (size_t)snprintf(text, sizeof text, "%s%s%s", pieces[0], pieces[1], pieces[2]);
    int expected = what == NULL ? 0 : ERR_INVALID;

    assert_int_equal(issued_parse((uint8_t *)text, n, count_one, &count, &err), expected);
    if (what != NULL && strstr(err.message, what) == NULL)
        fail_msg("%s: %s", err.message, what);
    scratch_path(folder, "issued.pem", path);
    assert_int_equal(file_replace(path, (uint8_t *)text, n, 0600, NULL), 0);
    assert_int_equal(issued_each(folder, count_one, &count, &err), expected);
    if (what != NULL) {
        assert_non_null(strstr(err.message, what));
        assert_non_null(strstr(err.message, "/issued.pem: "));
    }
}

// What is no certificate may have been one: whose first line is damaged would be passed over.
static void test_nothing_is_passed_over(void **state)
{
    char *one = make_text(*state);
    char begun[64];
    char what[64];
    char lower[64] = "-----begin";

    snprintf(begun, sizeof begun, "%.60s", one);
    check_record(*state, (const char *const[]){one, "\n \t\r\n", one}, NULL);
    snprintf(what, sizeof what, ": line %u: ", count_lines(one) + 1);
    check_record(*state, (const char *const[]){one, "garbage\n", one}, what);
    check_record(*state, (const char *const[]){one, lower, one + strlen(lower)}, what);
    check_record(*state, (const char *const[]){one, strchr(one, '\n') + 1, one}, what);
    check_record(*state, (const char *const[]){one, begun, one}, ": certificate 2: ");
    snprintf(what, sizeof what, ": certificate 2: line %u: ", count_lines(one) + 1);
    check_record(*state,
        (const char *const[]){one, "-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n"},
        what);
    free(one);
}

static struct issued_state look(const char *folder, const void *text, size_t n)
{
    char path[SCRATCH_PATH_SIZE];
    struct issued_state found;
    struct err err = {0};

    scratch_path(folder, "issued.pem", path);
    assert_int_equal(file_replace(path, text, n, 0600, NULL), 0);
    if (issued_look(folder, &found, &err) < 0)
        fail_msg("%s", err.message);
    return found;
}

static void check_fails(const char *folder, int code, const char *what)
{
    struct issued_state found;
    struct err err = {0};

    assert_int_equal(issued_look(folder, &found, &err), code);
    if (strstr(err.message, what) == NULL || strstr(err.message, "issued.pem") == NULL)
        fail_msg("%s: %s", err.message, what);
}

// Before anything is done by it.
static void test_look(void **state)
{
    char *one = make_text(*state);
    unsigned lines = count_lines(one);
    char path[SCRATCH_PATH_SIZE];
    char text[16384];
    size_t n = (size_t)snprintf(text, sizeof text, "%s%s", one, one);
    struct issued_state found;

    scratch_path(*state, "issued.pem", path);
    check_fails(*state, ERR_NOT_FOUND, "no issued certificates are recorded");
    found = look(*state, text, n);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.unfinished_line, 0);
    for (size_t cut = n / 2 + 1; cut < n - 1; cut += cut < n / 2 + 30 ? 1 : 17) {
        found = look(*state, text, cut);
        assert_int_equal(found.count, 1);
        assert_int_equal(found.unfinished_line, lines + 1);
    }
    memset(text + n / 2, '\0', 100); // whose bytes did not reach the disk
    found = look(*state, text, n / 2 + 100);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.unfinished_line, lines + 1);
    found = look(*state, one, 100);
    assert_int_equal(found.count, 0);
    assert_int_equal(found.unfinished_line, 1);
    n = (size_t)snprintf(text, sizeof text, "%s%c\n%s", one, '\1', one);
    text[strlen(one)] = '\0'; // zeros, and more behind them
    assert_int_equal(file_replace(path, (uint8_t *)text, n, 0600, NULL), 0);
    check_fails(*state, ERR_INVALID, "line ");
    for (size_t i = 0; i < 3; i++) {
        static const char *const empty[] = {"", "\n", " \r\n\n"};

        assert_int_equal(
            file_replace(path, (const uint8_t *)empty[i], strlen(empty[i]), 0600, NULL), 0);
        check_fails(*state, ERR_NOT_FOUND, "no issued certificates are recorded");
    }
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0); // which nobody writes
    check_fails(*state, ERR_CONFLICT, "is not a regular file");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    check_fails(*state, ERR_CONFLICT, "is not a regular file");
    free(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_record_in_memory, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_nothing_is_passed_over, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_the_last_alone, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_look, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
