// Dates in certificates, also those after 2038, when a time_t of 32 bits ends.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/pki/asn1_time.h"

static const struct {
    int64_t time_ms;
    const char *text; // RFC 5280, 4.1.2.5: UTCTime until 2049, GeneralizedTime from then on
} dates[] = {
    {0, "700101000000Z"},
    {1769903999000, "260131235959Z"},
    {2147483647000, "380119031407Z"},
    {2147483648000, "380119031408Z"},
    {2524607999000, "491231235959Z"},
    {2524608000000, "20500101000000Z"},
    {4294967296000, "21060207062816Z"},
    {253402300799000, "99991231235959Z"},
};

static void test_there_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        ASN1_TIME *time = ASN1_TIME_new();

        assert_non_null(time);
        assert_true(asn1_time_set_ms(time, dates[i].time_ms + 999));
        assert_int_equal(time->length, strlen(dates[i].text));
        assert_memory_equal(time->data, dates[i].text, strlen(dates[i].text));
        assert_true(asn1_time_ms(time) == dates[i].time_ms);
        ASN1_TIME_free(time);
    }
}

static void test_no_date(void **state)
{
    static const int64_t beyond[] = {253402300800000, INT64_MAX, INT64_MIN};
    ASN1_TIME *time = ASN1_TIME_new();

    (void)state;
    assert_non_null(time);
    for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++)
        assert_false(asn1_time_set_ms(time, beyond[i]));
    ASN1_TIME_free(time);
    assert_true(asn1_time_ms(NULL) == INT64_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_no_date),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
