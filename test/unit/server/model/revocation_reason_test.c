// The reasons of RFC 5280.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/model/certificate_record.h"
#include "server/model/revocation_reason.h"

static void test_codes(void **state)
{
    static const struct {
        const char *name;
        int code;
    } rows[] = {
        {"unspecified", 0},
        {"keyCompromise", 1},
        {"CACompromise", 2},
        {"affiliationChanged", 3},
        {"superseded", 4},
        {"cessationOfOperation", 5},
        {"certificateHold", 6},
        {"privilegeWithdrawn", 9},
        {"removeFromCRL", -1},          // of delta CRLs alone
        {REVOCATION_REASON_LISTED, -1}, // nobody gives it
        {"keycompromise", -1},
        {"", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(revocation_reason_code(rows[i].name), rows[i].code);
        assert_int_equal(revocation_reason_is_hold(rows[i].name), rows[i].code == 6);
        if (rows[i].code >= 0)
            assert_non_null(strstr(REVOCATION_REASON_NAMES, rows[i].name));
        assert_true(strlen(rows[i].name) < REVOCATION_REASON_SIZE);
    }
    assert_int_equal(revocation_reason_code(REVOCATION_REASON_USUAL), 1);
    assert_int_equal(revocation_reason_stored_code(REVOCATION_REASON_USUAL), 1);
    assert_int_equal(revocation_reason_stored_code(REVOCATION_REASON_LISTED), 0);
    assert_int_equal(revocation_reason_stored_code("removeFromCRL"), -1);
}

static void test_origins(void **state)
{
    (void)state;
    assert_string_equal(certificate_record_origin_name(CERTIFICATE_ISSUED), "issued");
    assert_string_equal(certificate_record_origin_name(CERTIFICATE_SEEN), "seen");
    assert_string_equal(certificate_record_origin_name(CERTIFICATE_FILE), "file");
    assert_string_equal(certificate_record_origin_name(CERTIFICATE_NAMED), "named");
    assert_string_equal(certificate_record_origin_name(CERTIFICATE_ORIGIN_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_origins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
