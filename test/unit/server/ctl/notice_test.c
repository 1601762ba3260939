// Which certificates are spoken of, and when.
#include "server/ctl/notice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define DAY_MS INT64_C(86400000)
#define NOW_MS INT64_C(1790000000000)

static void expect(int64_t ca_ms, int64_t server_ms, int64_t broker_ms, const char *word)
{
    char out[NOTICE_SIZE];
    json_t *status = json_pack("{s:{s:I, s:I, s:I}}", "certificates", "ca_not_after_ms",
        (json_int_t)ca_ms, "server_not_after_ms", (json_int_t)server_ms, "broker_not_after_ms",
        (json_int_t)broker_ms);

    assert_non_null(status);
    notice_word(status, NOW_MS, out);
    assert_string_equal(out, word);
    json_decref(status);
}

static void the_soonest_is_told(void **state)
{
    const int64_t late = NOW_MS + 400 * DAY_MS;

    (void)state;
    expect(late, late, late, "");
    expect(0, 0, 0, "");
    expect(late, NOW_MS + 14 * DAY_MS + 1, late, "");
    expect(late, NOW_MS + 14 * DAY_MS, late,
        "the certificate of the daemon ends in 14 days: see 'secureesp pki renew'");
    expect(late, NOW_MS + 9 * DAY_MS, NOW_MS + 3 * DAY_MS,
        "the certificate of the broker ends in 3 days: see 'secureesp pki renew'");
    expect(NOW_MS + 3 * DAY_MS, NOW_MS + 9 * DAY_MS, NOW_MS + 9 * DAY_MS,
        "the certificate of the CA ends in 3 days: see 'secureesp pki rotate'");
    expect(late, NOW_MS, NOW_MS + DAY_MS,
        "the certificate of the daemon HAS ENDED: see 'secureesp pki renew'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_soonest_is_told)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
