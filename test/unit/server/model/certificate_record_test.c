// What a certificate is for, by what is known of it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "server/model/certificate_record.h"

static void test_kinds(void **state)
{
    static const struct {
        struct certificate_record record;
        const char *kind;
    } rows[] = {
        {{.serial = "01"}, "unknown"},
        {{.fingerprint = "aa", .mac = "84f3eb000001"}, "device"},
        {{.fingerprint = "aa", .mac = "84f3eb000001", .is_server = true}, "device"},
        {{.fingerprint = "aa", .is_server = true}, "server"},
        {{.fingerprint = "aa", .unit = "monitor"}, "client"},
        {{.fingerprint = "aa"}, "client"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(certificate_record_kind(&rows[i].record), rows[i].kind);
}

#define NOW 1000
#define LONG_AGO 10
#define AGO 500
#define KNOWN .fingerprint = "aa", .mac = "84f3eb000001"

static void test_standing(void **state)
{
    static const struct device_revocation revoked = {.revoked_at_ms = AGO,
                                              .reason = "keyCompromise",
                                              .before_ms = AGO - 100},
                                          held = {.revoked_at_ms = AGO,
                                              .reason = "certificateHold"},
                                          back = {.revoked_at_ms = AGO,
                                              .reason = "superseded",
                                              .readmitted_at_ms = AGO + 1,
                                              .before_ms = AGO - 100};
    static const struct {
        struct certificate_record record;
        const struct device_revocation *device;
        const char *state;
        int64_t at_ms;
        const char *reason;
    } rows[] = {
        {{KNOWN, .not_before_ms = LONG_AGO, .not_after_ms = NOW + 1}, NULL, "good", 0, ""},
        {{KNOWN, .not_before_ms = NOW, .not_after_ms = NOW + 1}, NULL, "good", 0, ""},
        {{KNOWN, .not_before_ms = LONG_AGO, .not_after_ms = NOW}, NULL, "expired", 0, ""},
        {{KNOWN, .not_before_ms = NOW + 1, .not_after_ms = NOW + 2}, NULL, "not-yet-valid", 0, ""},
        {{KNOWN, .not_after_ms = NOW + 1, .revoked_at_ms = 7, .reason = "superseded"}, NULL,
            "revoked", 7, "superseded"},
        {{KNOWN, .not_after_ms = NOW, .revoked_at_ms = 7, .reason = "superseded"}, NULL, "revoked",
            7, "superseded"},
        {{KNOWN, .not_after_ms = NOW + 1, .revoked_at_ms = 7, .reason = "certificateHold"}, NULL,
            "on-hold", 7, "certificateHold"},
        {{.serial = "01", .revoked_at_ms = 7, .reason = "unspecified"}, NULL, "revoked", 7,
            "unspecified"},
        {{.serial = "01"}, NULL, "good", 0, ""},
        // With its device, whenever it was met.
        {{KNOWN, .not_before_ms = NOW, .not_after_ms = NOW + 1}, &revoked, "revoked", AGO,
            "keyCompromise"},
        {{KNOWN, .not_before_ms = LONG_AGO, .not_after_ms = NOW + 1}, &held, "on-hold", AGO,
            "certificateHold"},
        {{KNOWN, .not_after_ms = NOW + 1, .revoked_at_ms = 7, .reason = "superseded"}, &held,
            "revoked", 7, "superseded"},
        // Its device is back, with certificates that begin later.
        {{KNOWN, .not_before_ms = AGO - 101, .not_after_ms = NOW + 1}, &back, "revoked", AGO,
            "superseded"},
        {{KNOWN, .not_before_ms = AGO - 100, .not_after_ms = NOW + 1}, &back, "good", 0, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct certificate_standing standing =
            certificate_record_standing(&rows[i].record, rows[i].device, NOW);

        if (strcmp(standing.state, rows[i].state) != 0 || standing.revoked_at_ms != rows[i].at_ms ||
            strcmp(standing.reason, rows[i].reason) != 0)
            fail_msg("row %zu: %s %lld %s", i, standing.state, (long long)standing.revoked_at_ms,
                standing.reason);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_standing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
