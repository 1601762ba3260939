// Tests of flash as files.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/port/host/host_file.h"
#include "firmware/port/host/host_flash.h"
#include "firmware/port/port.h"
#include "test/unit/server/base/scratch.h"

#define SECTOR HOST_FLASH_SECTOR
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

static void fill(const char *folder, unsigned slot, size_t offset, uint8_t value, size_t n)
{
    uint8_t bytes[3 * SECTOR];

    assert_true(n <= sizeof bytes);
    memset(bytes, value, n);
    assert_int_equal(host_flash_write(folder, slot, offset, bytes, n), 0);
}

// n bytes from an offset are all that value.
static bool is_all(const char *folder, unsigned slot, size_t offset, uint8_t value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t byte = (uint8_t)~value;

        if (host_flash_read(folder, slot, offset + i, &byte, 1) != 0 || byte != value)
            return false;
    }
    return true;
}

static void test_write_and_read(void **state)
{
    const char *folder = *state;
    uint8_t bytes[10];

    assert_int_equal(host_flash_erase(folder, 1, 0), 0);
    fill(folder, 1, 0, 0x11, 100);
    fill(folder, 1, 100, 0x22, 100);
    assert_int_equal(host_flash_sync(folder, 1), 0);
    assert_int_equal(host_flash_read(folder, 1, 95, bytes, 10), 0);
    assert_memory_equal(bytes, "\x11\x11\x11\x11\x11\x22\x22\x22\x22\x22", 10);
    assert_int_equal(host_flash_read(folder, 1, 195, bytes, 10), 0); // over the file's end
    assert_memory_equal(bytes, "\x22\x22\x22\x22\x22\xff\xff\xff\xff\xff", 10);
    assert_true(is_all(folder, 1, 900000, 0xff, 10));
}

static void test_erase(void **state)
{
    const char *folder = *state;

    assert_int_equal(host_flash_erase(folder, 0, 0), 0);
    fill(folder, 0, 0, 0x33, 2 * SECTOR + 500);
    assert_int_equal(host_flash_erase(folder, 0, SECTOR), 0);
    assert_true(is_all(folder, 0, SECTOR - 10, 0x33, 10));
    assert_true(is_all(folder, 0, SECTOR, 0xff, 20));
    assert_true(is_all(folder, 0, 2 * SECTOR - 20, 0xff, 20));
    assert_true(is_all(folder, 0, 2 * SECTOR, 0x33, 500));
    assert_int_equal(host_flash_erase(folder, 0, 2 * SECTOR), 0);
    assert_int_equal(host_flash_factory_size(folder), 2 * SECTOR + 500); // it does not grow
    assert_true(is_all(folder, 0, 2 * SECTOR, 0xff, 500));
    assert_int_equal(host_flash_erase(folder, 0, 100 * SECTOR), 0);
    assert_int_equal(host_flash_factory_size(folder), 2 * SECTOR + 500);
    assert_int_equal(host_flash_erase(folder, 0, 0), 0);
    assert_int_equal(host_flash_factory_size(folder), 0);
}

static void test_slots_apart(void **state)
{
    const char *folder = *state;

    assert_int_equal(host_flash_erase(folder, 0, 0), 0);
    assert_int_equal(host_flash_erase(folder, 1, 0), 0);
    fill(folder, 0, 0, 0x44, 50);
    assert_true(is_all(folder, 1, 0, 0xff, 50));
    assert_int_equal(host_flash_erase(folder, 1, 0), 0);
    assert_true(is_all(folder, 0, 0, 0x44, 50));
}

static void test_absent(void **state)
{
    const char *folder = *state;
    uint8_t bytes[4] = {0};

    assert_int_equal(host_flash_factory_size(folder), 0);
    assert_int_equal(host_flash_read(folder, 0, 0, bytes, 4), PORT_FAILED);
    assert_int_equal(host_flash_write(folder, 0, 0, bytes, 4), PORT_FAILED); // not yet erased
    assert_int_equal(host_flash_sync(folder, 0), PORT_FAILED);
    assert_int_equal(host_flash_erase("/nonexistent", 0, 0), PORT_FAILED);
    assert_int_equal(host_flash_read_record(folder, 0, bytes, 4), PORT_ABSENT);
}

static void test_records(void **state)
{
    const char *folder = *state;
    uint8_t bytes[5];

    assert_int_equal(host_flash_write_record(folder, 0, (const uint8_t *)"zero", 4), 0);
    assert_int_equal(host_flash_write_record(folder, 1, (const uint8_t *)"one!", 4), 0);
    assert_int_equal(host_flash_read_record(folder, 0, bytes, 4), 0);
    assert_memory_equal(bytes, "zero", 4);
    assert_int_equal(host_flash_read_record(folder, 1, bytes, 4), 0);
    assert_memory_equal(bytes, "one!", 4);
    assert_int_equal(host_flash_read_record(folder, 1, bytes, 3), PORT_FAILED); // of another size
    assert_int_equal(host_flash_read_record(folder, 1, bytes, 5), PORT_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_write_and_read),
        TEST(test_erase),
        TEST(test_slots_apart),
        TEST(test_absent),
        TEST(test_records),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
