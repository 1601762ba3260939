// Clocks of places: against the C library's, which has one zone for the whole process.
#include "server/rollout/rollout_zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/base/file.h"

#define DAY_S 86400LL

static struct rollout_zone open_zone(const char *name)
{
    struct rollout_zone zone;
    struct err err = {0};

    if (rollout_zone_open(NULL, name, &zone, &err) < 0)
        fail_msg("%s", err.message);
    return zone;
}

static long library_offset(int64_t at_s)
{
    time_t t = (time_t)at_s;
    struct tm tm;

    assert_non_null(localtime_r(&t, &tm));
    return tm.tm_gmtoff;
}

static void agrees_with_the_library(void **state)
{
    static const char *const names[] = {"Europe/Berlin", "America/New_York", "Asia/Kolkata",
        "Australia/Lord_Howe", "Africa/Casablanca", "America/Sao_Paulo", "Pacific/Apia",
        "Europe/Dublin", "Etc/GMT+3", "America/St_Johns", "America/Nuuk"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct rollout_zone zone = open_zone(names[i]);

        assert_int_equal(setenv("TZ", names[i], 1), 0);
        tzset();
        // until 2090, so that the rule counts, too
        for (int64_t at = 0; at < 120 * 365 * DAY_S; at += 5431) {
            if (rollout_zone_offset(&zone, at) != library_offset(at))
                fail_msg("%s at %lld: %d, not %ld", names[i], (long long)at,
                    rollout_zone_offset(&zone, at), library_offset(at));
        }
        rollout_zone_clear(&zone);
    }
    assert_int_equal(unsetenv("TZ"), 0);
    tzset();
}

static void a_rule_alone_is_enough(void **state)
{
    static const struct {
        const char *text;
        int64_t at_s;
        int32_t offset_s;
    } rows[] = {
        {"CET-1CEST,M3.5.0,M10.5.0/3", 1774745999, 3600}, // 2026-03-29 00:59:59
        {"CET-1CEST,M3.5.0,M10.5.0/3", 1774746000, 7200},
        {"CET-1CEST,M3.5.0,M10.5.0/3", 1792889999, 7200}, // 2026-10-25
        {"CET-1CEST,M3.5.0,M10.5.0/3", 1792890000, 3600},
        {"NZST-12NZDT,M9.5.0,M4.1.0/3", 1767225600, 46800}, // January: summer there
        {"NZST-12NZDT,M9.5.0,M4.1.0/3", 1782864000, 43200},
        {"<+0330>-3:30", 1782864000, 12600},
        {"EST5EDT4,J60/0,J300/0", 1772341199, -18000}, // 2026-03-01 04:59:59
        {"EST5EDT4,J60/0,J300/0", 1772341200, -14400},
        {"EST5EDT4,59/0,J300/0", 1772341200, -14400},
        {"UTC0", 1782864000, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rollout_zone_rule rule;

        assert_true(rollout_zone_rule_parse(rows[i].text, strlen(rows[i].text), &rule));
        if (rollout_zone_rule_offset(&rule, rows[i].at_s) != rows[i].offset_s)
            fail_msg("%s at %lld: %d", rows[i].text, (long long)rows[i].at_s,
                rollout_zone_rule_offset(&rule, rows[i].at_s));
    }
}

static void what_is_no_rule_is_refused(void **state)
{
    static const char *const texts[] = {"", "CE-1", "CET", "CET-1CEST", "CET-1CEST,M3.5.0",
        "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M0.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
        "CET-1CEST,M3.0.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/3x",
        "CET-168", "CET-1:60", "<+03-3", "CET-1CEST,J0,J300", "CET-1CEST,366,J300",
        "CET-1CE,J1,J2"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct rollout_zone_rule rule;

        if (rollout_zone_rule_parse(texts[i], strlen(texts[i]), &rule))
            fail_msg("\"%s\" is taken", texts[i]);
    }
}

static void a_file_that_is_cut_or_changed_is_refused(void **state)
{
    uint8_t *bytes;
    size_t n;
    struct rollout_zone zone;

    (void)state;
    assert_int_equal(
        file_read(ROLLOUT_ZONE_FOLDER "/Europe/Berlin", ROLLOUT_ZONE_FILE_MAX, &bytes, &n, NULL),
        0);
    for (size_t cut = 0; cut < n; cut++) {
        uint8_t *copy = malloc(cut + 1);

        assert_non_null(copy);
        memcpy(copy, bytes, cut);
        assert_int_equal(rollout_zone_decode(copy, cut, &zone, NULL), ERR_INVALID);
        free(copy);
    }
    bytes[4] = '1';
    assert_int_equal(rollout_zone_decode(bytes, n, &zone, NULL), ERR_INVALID);
    bytes[4] = '2';
    assert_int_equal(rollout_zone_decode(bytes, n, &zone, NULL), 0);
    rollout_zone_clear(&zone);
    free(bytes);
}

static void a_name_leads_nowhere_else(void **state)
{
    static const struct {
        const char *name;
        int rc;
    } rows[] = {{"", ERR_INVALID}, {"../etc/passwd", ERR_INVALID}, {"/etc/passwd", ERR_INVALID},
        {"Europe//Berlin", ERR_INVALID}, {"Europe/", ERR_INVALID}, {"europe/berlin", ERR_INVALID},
        {"Europe/Ber lin", ERR_INVALID}, {"Europe/../Berlin", ERR_INVALID},
        {"Europe/Atlantis", ERR_NOT_FOUND}, {"UTC", 0}, {"Europe/Berlin", 0}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rollout_zone zone;
        int rc = rollout_zone_open(NULL, rows[i].name, &zone, NULL);

        if (rc != rows[i].rc)
            fail_msg("\"%s\": %d", rows[i].name, rc);
        rollout_zone_clear(&zone);
    }
}

static void a_folder_is_no_zone(void **state)
{
    struct rollout_zone zone;
    struct err err = {0};

    (void)state;
    assert_int_equal(rollout_zone_open(NULL, "Europe", &zone, &err), ERR_INVALID);
    assert_string_equal(err.message, "there is no time zone Europe in " ROLLOUT_ZONE_FOLDER);
}

static void a_window_is_by_local_clocks(void **state)
{
    static const struct {
        int64_t from, to, at_s;
        bool within;
    } rows[] = {
        // 22:00 to 05:00; 2026-07-01 20:00 UTC is 22:00 in Berlin
        {1320, 300, 1782935999, false},
        {1320, 300, 1782936000, true},
        {1320, 300, 1782961199, true},
        {1320, 300, 1782961200, false},
        // in winter an hour later
        {1320, 300, 1798837199, false},
        {1320, 300, 1798837200, true},
        {540, 1020, 1782936000, false},
        {540, 1020, 1782900000, true},
        {0, 0, 1782900000, true},
    };
    struct rollout_zone zone = open_zone("Europe/Berlin");

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rollout_zone_is_within(&zone, rows[i].from, rows[i].to, rows[i].at_s * 1000) !=
            rows[i].within)
            fail_msg("row %zu", i);
    }
    rollout_zone_clear(&zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_library),
        cmocka_unit_test(a_rule_alone_is_enough),
        cmocka_unit_test(what_is_no_rule_is_refused),
        cmocka_unit_test(a_file_that_is_cut_or_changed_is_refused),
        cmocka_unit_test(a_name_leads_nowhere_else),
        cmocka_unit_test(a_folder_is_no_zone),
        cmocka_unit_test(a_window_is_by_local_clocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
