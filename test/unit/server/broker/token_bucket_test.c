// Tests of rates with a burst.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/broker/token_bucket.h"

static void test_take(void **state)
{
    // 2 a second, 5 at once
    static const struct token_bucket_rate rate = {2, 1000, 5};
    static const struct {
        int64_t now_ms;
        uint32_t n;
        bool taken;
        bool is_empty;
    } rows[] = {
        {1000, 6, false, false}, // never
        {1000, 0, true, false},
        {1000, 4, true, false},
        {1000, 2, false, false},
        {1000, 1, true, true},
        {1000, 1, false, true},
        {1499, 1, false, true},
        {1500, 1, true, true},
        {1400, 1, false, true}, // a clock that goes back gives nothing
        {1999, 1, false, true},
        {2000, 1, true, true},
        {4500, 5, true, true}, // full again
        {100000, 5, true, true},
        {100000, 1, false, true},
        {INT64_MAX, 5, true, true},
    };
    struct token_bucket bucket = {0};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(
            token_bucket_take(&bucket, &rate, rows[i].now_ms, rows[i].n), rows[i].taken);
        assert_int_equal(token_bucket_is_empty(&bucket, &rate, rows[i].now_ms), rows[i].is_empty);
    }
}

// What is given back can be taken again; more than is spent is no store for later.
static void test_give(void **state)
{
    static const struct token_bucket_rate rate = {2, 1000, 5};
    struct token_bucket bucket = {0};

    (void)state;
    assert_true(token_bucket_take(&bucket, &rate, 1000, 5));
    token_bucket_give(&bucket, 2);
    assert_false(token_bucket_take(&bucket, &rate, 1000, 3));
    assert_true(token_bucket_take(&bucket, &rate, 1000, 2));
    token_bucket_give(&bucket, SIZE_MAX);
    assert_false(token_bucket_take(&bucket, &rate, 1000, 6));
    assert_true(token_bucket_take(&bucket, &rate, 1000, 5));
    token_bucket_give(&bucket, 5);
    token_bucket_give(&bucket, 5);
    assert_true(token_bucket_take(&bucket, &rate, 1000, 5));
    assert_true(token_bucket_is_empty(&bucket, &rate, 1000));
}

// Who asks all the time gets no less, also where a token is rare.
static void test_long_run(void **state)
{
    static const struct token_bucket_rate rates[] = {{1, 1000000, 1}, {17, 60000, 10}, {1, 1000, 1},
        {1, 3, 100}, {1, 86400000, 5}, {1000, 7, 9}};

    (void)state;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        struct token_bucket bucket = {0};
        int64_t step_ms = 1 + rates[i].in_ms / rates[i].tokens / 7;
        int64_t taken = 0;
        int64_t now_ms;

        for (now_ms = 0; now_ms < 100000 * step_ms; now_ms += step_ms)
            taken += token_bucket_take(&bucket, &rates[i], now_ms, 1);
        int64_t most = rates[i].burst + now_ms * rates[i].tokens / rates[i].in_ms + 1;

        assert_true(taken <= most);
        // in steps of a millisecond some is lost where more than one comes back in each
        assert_true(rates[i].tokens > rates[i].in_ms || taken >= most * 4 / 5 - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_take),
        cmocka_unit_test(test_give),
        cmocka_unit_test(test_long_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
