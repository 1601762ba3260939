// Reasons, and how a restart is told from a wrap and from two devices with one certificate.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "server/model/device_record.h"

#define SECOND 1000LL
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define WRAP (1LL << 32)
#define NOW 1700000000000LL

static void test_reason_names(void **state)
{
    (void)state;
    assert_string_equal(device_record_reason_name(DEVICE_REASON_NEVER), "never");
    assert_string_equal(device_record_reason_name(DEVICE_REASON_STATUS), "status");
    assert_string_equal(device_record_reason_name(DEVICE_REASON_WILL), "will");
    assert_string_equal(device_record_reason_name(DEVICE_REASON_SILENT), "silent");
    assert_string_equal(device_record_reason_name(DEVICE_REASON_EVENT), "event");
    assert_string_equal(device_record_reason_name(DEVICE_REASON_REVOKED), "revoked");
    assert_string_equal(device_record_reason_name(DEVICE_REASON_CERTIFICATE), "certificate");
    assert_string_equal(device_record_reason_name((enum device_reason)99), "unknown");
}

// Ages are before NOW; an age of 0 is unknown. The last uptime counts if last_age is not 0.
static const struct {
    const char *what;
    int64_t boot_age, previous_age;
    int64_t last_uptime, last_age;
    int64_t uptime;
    enum device_boot boot;
    int64_t new_age; // of *boot_ms
} rows[] = {
    {"nothing known", 0, 0, 0, 0, 5 * MINUTE, DEVICE_BOOT_SAME, 5 * MINUTE},
    {"goes on", HOUR, 0, 0, 0, HOUR, DEVICE_BOOT_SAME, HOUR},
    {"slow by a minute", HOUR, 0, 0, 0, HOUR - MINUTE, DEVICE_BOOT_SAME, HOUR},
    {"fast by a minute and 1 %", HOUR, 0, 0, 0, HOUR + MINUTE + 36 * SECOND, DEVICE_BOOT_SAME,
        HOUR},
    {"slow by more", HOUR, 0, 0, 0, HOUR - MINUTE - 37 * SECOND, DEVICE_BOOT_NEW,
        HOUR - MINUTE - 37 * SECOND},
    {"fast by more", HOUR, 0, 0, 0, HOUR + MINUTE + 37 * SECOND, DEVICE_BOOT_NEW,
        HOUR + MINUTE + 37 * SECOND},
    {"restart", HOUR, 0, 0, 0, 3 * SECOND, DEVICE_BOOT_NEW, 3 * SECOND},
    {"uptime zero", HOUR, 0, 0, 0, 0, DEVICE_BOOT_NEW, 0},
    {"just wrapped", WRAP, 0, 0, 0, WRAP, DEVICE_BOOT_SAME, WRAP},
    {"about to wrap", WRAP - 1, 0, 0, 0, WRAP - 1, DEVICE_BOOT_SAME, WRAP - 1},
    {"wrapped long ago", 3 * WRAP + 5 * DAY, 0, 0, 0, 5 * DAY, DEVICE_BOOT_SAME,
        3 * WRAP + 5 * DAY},
    {"nothing known, 64 bit", 0, 0, 0, 0, WRAP + HOUR, DEVICE_BOOT_SAME, WRAP + HOUR},
    {"goes on, 64 bit", WRAP + HOUR, 0, WRAP + HOUR - 10, 10, WRAP + HOUR, DEVICE_BOOT_SAME,
        WRAP + HOUR},
    {"restart, 64 bit", WRAP + HOUR, 0, WRAP + HOUR - 10, 10, SECOND, DEVICE_BOOT_NEW, SECOND},
    {"restart after wraps", 2 * WRAP + 20 * DAY, 0, 0, 0, 4 * SECOND, DEVICE_BOOT_NEW, 4 * SECOND},
    {"restart within a minute", 30 * SECOND, 0, 20 * SECOND, 10 * SECOND, 5 * SECOND,
        DEVICE_BOOT_NEW, 5 * SECOND},
    {"again within a minute", 25 * SECOND, 45 * SECOND, 20 * SECOND, 5 * SECOND, 2 * SECOND,
        DEVICE_BOOT_NEW, 2 * SECOND},
    {"a little late", HOUR, 0, HOUR - 10 * SECOND, 10 * SECOND, HOUR - 11 * SECOND,
        DEVICE_BOOT_SAME, HOUR},
    {"back at the start before", 10 * MINUTE, 2 * HOUR, 0, 0, 2 * HOUR, DEVICE_BOOT_SHARED,
        2 * HOUR},
    {"and the other again", 2 * HOUR, 10 * MINUTE, 0, 0, 10 * MINUTE, DEVICE_BOOT_SHARED,
        10 * MINUTE},
    {"third start", 10 * MINUTE, 2 * HOUR, 0, 0, 10 * SECOND, DEVICE_BOOT_NEW, 10 * SECOND},
    {"restart where the start before the last has wrapped", 20 * DAY, WRAP + 10 * SECOND, 0, 0,
        10 * SECOND, DEVICE_BOOT_NEW, 10 * SECOND},
    {"clock set back before the start", -HOUR, 0, 0, 0, 10 * SECOND, DEVICE_BOOT_SAME, -HOUR},
};

static void test_judge_boot(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct device_record device = {
            .boot_ms = rows[i].boot_age != 0 ? NOW - rows[i].boot_age : 0,
            .previous_boot_ms = rows[i].previous_age != 0 ? NOW - rows[i].previous_age : 0,
            .last_seen_ms = NOW - rows[i].last_age,
        };
        int64_t boot_ms = -1;

        if (rows[i].last_age != 0) {
            device.status.has = DEVICE_HAS_UPTIME;
            device.status.uptime_ms = rows[i].last_uptime;
        }

        enum device_boot boot = device_record_judge_boot(&device, rows[i].uptime, NOW, &boot_ms);

        if (boot != rows[i].boot || boot_ms != NOW - rows[i].new_age)
            fail_msg(
                "%s: judged %d, age %lld", rows[i].what, (int)boot, (long long)(NOW - boot_ms));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reason_names),
        cmocka_unit_test(test_judge_boot),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
