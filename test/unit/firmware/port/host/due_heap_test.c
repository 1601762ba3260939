// Tests of the heap of due times.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/port/host/due_heap.h"
#include "test/unit/failing_memory.h"

#define THINGS 500

// The same by looking at all.
static uint64_t earliest(const uint64_t *due, size_t n)
{
    uint64_t first = due[0];

    for (size_t i = 1; i < n; i++) {
        if (due[i] < first)
            first = due[i];
    }
    return first;
}

static void test_no_memory(void **state)
{
    struct due_heap heap;
    int rc = -1;

    (void)state;
    for (long n = 1; rc != 0; n++) {
        failing_memory_start(n);
        rc = due_heap_init(&heap, 3);
        assert_int_equal(rc, failing_memory_end() ? -1 : 0);
        due_heap_clear(&heap);
    }
}

static void test_one(void **state)
{
    struct due_heap heap;
    uint64_t due;

    (void)state;
    assert_int_equal(due_heap_init(&heap, 1), 0);
    assert_int_equal(due_heap_first(&heap, &due), 0);
    assert_int_equal(due, 0);
    due_heap_set(&heap, 0, DUE_HEAP_NEVER);
    assert_int_equal(due_heap_first(&heap, &due), 0);
    assert_true(due == DUE_HEAP_NEVER);
    due_heap_clear(&heap);
    due_heap_clear(&heap);
}

// Any times in any order, set again and again.
static void test_many(void **state)
{
    struct due_heap heap;
    uint64_t due[THINGS] = {0};
    uint32_t random = 1;

    (void)state;
    assert_int_equal(due_heap_init(&heap, THINGS), 0);
    for (int i = 0; i < 20000; i++) {
        uint64_t first;
        size_t thing;

        random = random * 1664525 + 1013904223;
        thing = random >> 8 & 0xffff;
        thing %= THINGS;
        due[thing] = random % 7 == 0 ? DUE_HEAP_NEVER : random % 1000;
        due_heap_set(&heap, thing, due[thing]);
        thing = due_heap_first(&heap, &first);
        assert_true(first == earliest(due, THINGS));
        assert_true(due[thing] == first);
    }
    due_heap_clear(&heap);
}

// Each has its turn, in order.
static void test_order(void **state)
{
    struct due_heap heap;
    bool seen[THINGS] = {false};
    uint64_t last = 0;

    (void)state;
    assert_int_equal(due_heap_init(&heap, THINGS), 0);
    for (size_t i = 0; i < THINGS; i++)
        due_heap_set(&heap, i, i * 7919 % THINGS + 1);
    for (size_t i = 0; i < THINGS; i++) {
        uint64_t due;
        size_t thing = due_heap_first(&heap, &due);

        assert_int_equal(due, i + 1);
        assert_true(due > last);
        assert_false(seen[thing]);
        seen[thing] = true;
        last = due;
        due_heap_set(&heap, thing, DUE_HEAP_NEVER);
    }
    due_heap_clear(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_one),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
