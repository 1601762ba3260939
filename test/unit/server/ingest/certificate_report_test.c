// What the broker says of certificates.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/ingest/certificate_report.h"

#define DIGITS "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"
#define NAME "0123456789012345678901234567890123456789012345678901234567890123" // 64

// The members of a good one.
static const char *const members[][2] = {
    {"serial", "\"3a0f\""},
    {"common_name", "\"84:F3:EB:00:00:01\""},
    {"unit", "\"\""},
    {"server", "false"},
    {"fingerprint", "\"" DIGITS "0\""},
    {"ca", "\"" DIGITS "1\""},
    {"not_before_ms", "1767225600000"},
    {"not_after_ms", "1798761600000"},
};
#define MEMBERS (sizeof members / sizeof members[0])

// A good one, but that a member, if it is not NULL, has that value, or, without one, is not there.
static int decode(
    const char *member, const char *value, struct certificate_report *out, struct err *err)
{
    char json[2048] = "{";
    size_t n = 1;

    for (size_t i = 0; i < MEMBERS; i++) {
        bool is_other = member != NULL && strcmp(members[i][0], member) == 0;

        if (is_other && value == NULL)
            continue;
        n += (size_t)snprintf(json + n, sizeof json - n, "%s\"%s\": %s", n > 1 ? ", " : "",
            members[i][0], is_other ? value : members[i][1]);
    }
    n += (size_t)snprintf(json + n, sizeof json - n, "}");
    memset(out, 0x55, sizeof *out);
    return certificate_report_decode((const uint8_t *)json, n, out, err);
}

static void test_good(void **state)
{
    struct certificate_report report;

    (void)state;
    assert_int_equal(decode(NULL, NULL, &report, NULL), 0);
    assert_string_equal(report.serial, "3a0f");
    assert_string_equal(report.common_name, "84:F3:EB:00:00:01");
    assert_string_equal(report.unit, "");
    assert_false(report.is_server);
    assert_string_equal(report.fingerprint, DIGITS "0");
    assert_string_equal(report.ca, DIGITS "1");
    assert_int_equal(report.not_before_ms, 1767225600000);
    assert_int_equal(report.not_after_ms, 1798761600000);
    assert_int_equal(decode("server", "true", &report, NULL), 0);
    assert_true(report.is_server);
}

static void test_members(void **state)
{
    static const struct {
        const char *member;
        const char *value;
        int rc;
    } rows[] = {
        {"serial", "\"00\"", 0},
        {"serial", "\"0123456789abcdef0123456789abcdef01234567\"", 0},
        {"serial", "\"0123456789abcdef0123456789abcdef0123456789\"", ERR_INVALID},
        {"serial", "\"\"", ERR_INVALID},
        {"serial", "\"3A0F\"", ERR_INVALID},
        {"serial", "\"003a\"", ERR_INVALID},
        {"serial", "\"3a0\"", ERR_INVALID},
        {"serial", "\"0x3a\"", ERR_INVALID},
        {"serial", "\"-1\"", ERR_INVALID},
        {"serial", "{}", ERR_INVALID},
        {"common_name", "\"" NAME "\"", 0},
        {"common_name", "\"" NAME "0\"", ERR_INVALID},
        {"common_name", "\"\"", ERR_INVALID},
        {"common_name", "\"a\\u0000b\"", ERR_INVALID},
        {"unit", "\"monitor\"", 0},
        {"unit",
            "\"K\xc3\xbc"
            "che\"",
            0},
        {"unit", "\"K\xc3\"", ERR_INVALID},
        {"unit", "\"" NAME "\"", 0},
        {"unit", "\"" NAME "0\"", ERR_INVALID},
        {"server", "1", ERR_INVALID},
        {"server", "\"true\"", ERR_INVALID},
        {"fingerprint", "\"" DIGITS "\"", ERR_INVALID},
        {"fingerprint", "\"" DIGITS "00\"", ERR_INVALID},
        {"fingerprint", "\"" DIGITS "A\"", ERR_INVALID},
        {"ca", "\"" DIGITS "g\"", ERR_INVALID},
        {"ca", "\"\"", ERR_INVALID},
        {"not_before_ms", "-62135596800000", 0},
        {"not_before_ms", "1.5", ERR_INVALID},
        {"not_after_ms", "253402300799000", 0},
        {"not_after_ms", "1e300", ERR_INVALID},
        {"not_after_ms", "\"later\"", ERR_INVALID},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct certificate_report report;
        struct err err = {0};
        int rc = decode(rows[i].member, rows[i].value, &report, &err);

        if (rc != rows[i].rc)
            fail_msg("%s: %s: %d %s", rows[i].member, rows[i].value, rc, err.message);
        if (rc < 0) {
            assert_int_equal(report.serial[0], 0x55); // untouched
            assert_string_not_equal(err.message, "");
        }
    }
}

// Each must be there.
static void test_missing(void **state)
{
    (void)state;
    for (size_t i = 0; i < MEMBERS; i++) {
        struct certificate_report report;
        struct err err = {0};

        assert_int_equal(decode(members[i][0], NULL, &report, &err), ERR_INVALID);
        assert_non_null(strstr(err.message, members[i][0]));
        assert_int_equal(decode(members[i][0], "null", &report, &err), ERR_INVALID);
    }
}

static void test_others(void **state)
{
    static const char *const rows[] = {"", "{}", "[]", "null", "{\"serial\": \"3a\""};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct certificate_report report;

        assert_int_equal(
            certificate_report_decode((const uint8_t *)rows[i], strlen(rows[i]), &report, NULL),
            ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
