// The memory of a deployed device: what it gives, what it refuses, what it says was used.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "test/deployed/arena.h"

static void is_zeroed_aligned_and_refuses_what_is_too_much(void **state)
{
    size_t mark = arena_mark();
    uint8_t *a = arena_take(1), *b = arena_take(ARENA_SIZE - 16);

    (void)state;
    assert_non_null(a);
    assert_non_null(b);
    assert_ptr_equal(b, a + 8);
    assert_int_equal(a[0], 0);
    a[0] = 1;
    assert_non_null(arena_take(8));
    assert_null(arena_take(1));
    assert_null(arena_borrow(1));
    arena_release(mark);
    assert_int_equal(arena_mark(), mark);
    assert_null(arena_take(0));
    assert_null(arena_take(ARENA_SIZE + 1));
    assert_null(arena_take(SIZE_MAX));
    a = arena_take(ARENA_SIZE);
    assert_non_null(a);
    assert_int_equal(a[0], 0); // wiped
    arena_release(mark);
}

static void both_ends_share_the_room(void **state)
{
    size_t mark = arena_mark();

    (void)state;
    assert_non_null(arena_take(ARENA_SIZE / 2));
    assert_non_null(arena_borrow(ARENA_SIZE / 2));
    assert_null(arena_borrow(1));
    assert_null(arena_take(1));
    arena_return();
    assert_null(arena_take(ARENA_SIZE / 2 + 1));
    assert_non_null(arena_take(ARENA_SIZE / 2));
    arena_release(mark);
}

static void high_water_counts_both_ends_and_stays(void **state)
{
    size_t mark = arena_mark();

    (void)state;
    assert_non_null(arena_take(96));
    assert_non_null(arena_borrow(200));
    assert_int_equal(arena_high_water(), 296);
    arena_return();
    assert_non_null(arena_take(100)); // 104
    assert_int_equal(arena_high_water(), 296);
    assert_non_null(arena_take(104));
    assert_int_equal(arena_high_water(), 304);
    arena_release(mark);
    assert_int_equal(arena_high_water(), 304);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(high_water_counts_both_ends_and_stays), // before it is higher
        cmocka_unit_test(is_zeroed_aligned_and_refuses_what_is_too_much),
        cmocka_unit_test(both_ends_share_the_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
