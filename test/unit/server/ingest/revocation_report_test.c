// What the broker says of the list.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/ingest/revocation_report.h"

static void test_reports(void **state)
{
    static const struct {
        const char *json;
        int rc;
        int64_t number, entries, disconnected;
        const char *error;
    } rows[] = {
        {"{\"number\": 17, \"entries\": 3, \"disconnected\": 2, \"error\": null}", 0, 17, 3, 2, ""},
        {"{\"number\": 0, \"entries\": 0, \"disconnected\": 0, \"error\": \"line 3: cut off\"}", 0,
            0, 0, 0, "line 3: cut off"},
        {"{\"number\": 5}", 0, 5, 0, 0, ""},
        {"{\"number\": 9007199254740992}", 0, 9007199254740992, 0, 0, ""},
        {"{\"number\": -1}", ERR_INVALID, 0, 0, 0, ""},
        {"{\"number\": 1.5}", ERR_INVALID, 0, 0, 0, ""},
        {"{\"number\": 9007199254740993000}", ERR_INVALID, 0, 0, 0, ""},
        {"{\"number\": null}", ERR_INVALID, 0, 0, 0, ""},
        {"{\"entries\": 5}", ERR_INVALID, 0, 0, 0, ""},
        {"[17]", ERR_INVALID, 0, 0, 0, ""},
        {"", ERR_INVALID, 0, 0, 0, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct revocation_report report = {.number = 99};
        struct err err = {0};
        int rc = revocation_report_decode(
            (const uint8_t *)rows[i].json, strlen(rows[i].json), &report, &err);

        if (rc != rows[i].rc)
            fail_msg("%s: %d", rows[i].json, rc);
        if (rc < 0) {
            assert_int_equal(report.number, 99);
            assert_non_null(strstr(err.message, "no number"));
            continue;
        }
        assert_int_equal(report.number, rows[i].number);
        assert_int_equal(report.entries, rows[i].entries);
        assert_int_equal(report.disconnected, rows[i].disconnected);
        assert_string_equal(report.error, rows[i].error);
    }
}

// Cut off at each byte it tells its number, or is refused.
static void test_cut_off(void **state)
{
    static const char json[] = "{\"number\": 17, \"entries\": 3, \"error\": \"x\"}";

    (void)state;
    for (size_t n = 0; n < sizeof json - 1; n++) {
        struct revocation_report report;

        if (revocation_report_decode((const uint8_t *)json, n, &report, NULL) == 0)
            assert_in_range(report.number, 1, 17);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reports),
        cmocka_unit_test(test_cut_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
