// The arrays behind a revocation list: in order, none twice, whatever order they are filled in.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "server/model/revocation_set.h"

#define MANY 200000u

static struct revocation_set_serial serial(uint32_t number, uint8_t n)
{
    return (struct revocation_set_serial){
        .bytes = {(uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number}, .n = n};
}

static void assert_in_order(const struct revocation_set *set)
{
    for (size_t i = 1; i < set->serial_count; i++) {
        const struct revocation_set_serial *one = &set->serials[i - 1];
        int order = memcmp(one->bytes, one[1].bytes, sizeof one->bytes);

        assert_true(order < 0 || (order == 0 && one->n < one[1].n));
    }
    for (size_t i = 1; i < set->device_count; i++)
        assert_true(set->devices[i - 1].key < set->devices[i].key);
}

typedef int add_serial(struct revocation_set *set, const struct revocation_set_serial *serial);
typedef int add_device(struct revocation_set *set, const struct revocation_set_device *device);

// Of each kind 1000, in three rounds through an order that is none.
static void fill(struct revocation_set *set, add_serial *serials, add_device *devices)
{
    for (uint32_t i = 0; i < 3000; i++) { // 7 has no divisor in common with 1000
        struct revocation_set_serial one = serial(i * 7 % 1000, 3);
        struct revocation_set_device device = {i * 7 % 1000, (i + 1000) % 3000};

        assert_int_equal(serials(set, &one), 0);
        assert_int_equal(devices(set, &device), 0);
    }
}

static void assert_filled(const struct revocation_set *set)
{
    assert_int_equal(set->serial_count, 1000);
    assert_int_equal(set->device_count, 1000);
    assert_in_order(set);
    for (uint32_t i = 0; i < 1001; i++) {
        struct revocation_set_serial one = serial(i, 3);
        const struct revocation_set_device *device = revocation_set_find_device(set, i);

        assert_int_equal(revocation_set_has_serial(set, &one), i < 1000);
        assert_int_equal(device != NULL, i < 1000);
        if (device != NULL) // the latest, which came in the second round
            assert_true(device->before_ms >= 2000);
    }
}

static void test_added_where_they_belong(void **state)
{
    struct revocation_set set = {0};

    (void)state;
    fill(&set, revocation_set_add_serial, revocation_set_add_device);
    assert_filled(&set);
    revocation_set_clear(&set);
    assert_int_equal(set.serial_count, 0);
}

static void test_appended_and_put_in_order(void **state)
{
    struct revocation_set set = {0};

    (void)state;
    fill(&set, revocation_set_append_serial, revocation_set_append_device);
    assert_true(set.is_mixed);
    revocation_set_order(&set);
    assert_false(set.is_mixed);
    assert_filled(&set);
    revocation_set_clear(&set);
}

// One twice in a row is out of order, too.
static void test_what_comes_twice(void **state)
{
    struct revocation_set set = {0};
    struct revocation_set_serial one = serial(1, 3);

    (void)state;
    assert_int_equal(revocation_set_append_serial(&set, &one), 0);
    assert_int_equal(revocation_set_append_serial(&set, &one), 0);
    revocation_set_order(&set);
    assert_int_equal(set.serial_count, 1);
    for (int64_t before_ms = 2; before_ms >= 1; before_ms--)
        assert_int_equal(
            revocation_set_append_device(&set, &(struct revocation_set_device){5, before_ms}), 0);
    revocation_set_order(&set);
    assert_int_equal(set.device_count, 1);
    assert_int_equal(set.devices[0].before_ms, 2);
    revocation_set_clear(&set);
}

// As their hex digits would be: what the other begins with comes first.
static void test_lengths_differ(void **state)
{
    struct revocation_set set = {0};
    struct revocation_set_serial rows[] = {
        serial(0x3a0000, 3), serial(0x3a0000, 1), serial(0x3a0f00, 2), serial(0x390000, 1)};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(revocation_set_add_serial(&set, &rows[i]), 0);
    assert_int_equal(set.serial_count, 4);
    assert_in_order(&set);
    rows[0].n = 2;
    assert_false(revocation_set_has_serial(&set, &rows[0]));
    revocation_set_clear(&set);
}

static double processor_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// Backwards: each would move all others, which takes minutes.
static void test_many_in_no_order(void **state)
{
    struct revocation_set set = {0};
    double began_s = processor_s();

    (void)state;
    for (uint32_t i = MANY; i > 0; i--) {
        struct revocation_set_serial one = serial(i, 3);

        assert_int_equal(revocation_set_append_serial(&set, &one), 0);
        assert_int_equal(
            revocation_set_append_device(&set, &(struct revocation_set_device){i, 1}), 0);
    }
    revocation_set_order(&set);
    assert_true(processor_s() - began_s < 10);
    assert_int_equal(set.serial_count, MANY);
    assert_int_equal(set.device_count, MANY);
    assert_in_order(&set);
    revocation_set_clear(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_added_where_they_belong),
        cmocka_unit_test(test_appended_and_put_in_order),
        cmocka_unit_test(test_what_comes_twice),
        cmocka_unit_test(test_lengths_differ),
        cmocka_unit_test(test_many_in_no_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
