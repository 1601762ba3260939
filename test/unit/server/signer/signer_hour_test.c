// How many certificates there may be in any hour.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/signer/signer_hour.h"

// Signs if it may.
static bool take(struct signer_hour *hour, int64_t now_ms)
{
    bool has_room = signer_hour_has_room(hour, now_ms);

    if (has_room)
        signer_hour_count(hour, now_ms);
    return has_room;
}

static void so_many_and_no_more(void **state)
{
    struct signer_hour *hour;

    (void)state;
    assert_int_equal(signer_hour_new(3, &hour), 0);
    assert_true(take(hour, 1000));
    assert_true(take(hour, 2000));
    assert_true(take(hour, 2000));
    assert_false(take(hour, 3000));
    assert_false(take(hour, 1000 + SIGNER_HOUR_MS - 1));
    assert_true(take(hour, 1000 + SIGNER_HOUR_MS));
    assert_false(take(hour, 2000 + SIGNER_HOUR_MS - 1));
    assert_true(take(hour, 2000 + SIGNER_HOUR_MS));
    assert_true(take(hour, 2000 + SIGNER_HOUR_MS));
    assert_false(take(hour, 2000 + SIGNER_HOUR_MS));
    signer_hour_free(hour);
}

// Whatever comes when: never more than so many in an hour.
static void any_hour(void **state)
{
    enum { MOST = 5, TRIES = 20000 };

    static int64_t taken[TRIES];
    struct signer_hour *hour;
    uint32_t random = 1;
    int64_t now_ms = 0;
    size_t count = 0;

    (void)state;
    assert_int_equal(signer_hour_new(MOST, &hour), 0);
    for (int i = 0; i < TRIES; i++) {
        random = random * 1664525 + 1013904223;
        now_ms += random >> 12;
        if (take(hour, now_ms))
            taken[count++] = now_ms;
    }
    assert_true(count > MOST);
    for (size_t i = MOST; i < count; i++)
        assert_true(taken[i] - taken[i - MOST] >= SIGNER_HOUR_MS);
    signer_hour_free(hour);
}

static void another_number_counts_what_was(void **state)
{
    struct signer_hour *hour;

    (void)state;
    assert_int_equal(signer_hour_new(3, &hour), 0);
    for (int i = 0; i < 5; i++) // two more than there are places
        signer_hour_count(hour, i);
    assert_int_equal(signer_hour_set_most(hour, 4), 0);
    assert_int_equal(signer_hour_most(hour), 4);
    assert_true(take(hour, 10));
    assert_false(take(hour, 11));
    assert_false(take(hour, SIGNER_HOUR_MS + 1));
    assert_true(take(hour, SIGNER_HOUR_MS + 2)); // that of 2 counts no more
    assert_int_equal(signer_hour_set_most(hour, 1), 0);
    assert_false(take(hour, SIGNER_HOUR_MS + 3));
    assert_false(take(hour, 2 * SIGNER_HOUR_MS + 1));
    assert_true(take(hour, 2 * SIGNER_HOUR_MS + 2));
    signer_hour_free(hour);
    signer_hour_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(so_many_and_no_more),
        cmocka_unit_test(any_hour),
        cmocka_unit_test(another_number_counts_what_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
