// What a certificate is for, by what is known of it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
