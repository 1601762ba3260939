// Tests of flash as files.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/port/host/host_flash.h"
#include "firmware/port/port.h"
#include "test/unit/server/base/scratch.h"

#define SECTOR HOST_FLASH_SECTOR
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

static void fill(
    const char *folder, enum port_region region, size_t offset, uint8_t value, size_t n)
{
    uint8_t bytes[3 * SECTOR];

    assert_true(n <= sizeof bytes);
    memset(bytes, value, n);
    assert_int_equal(host_flash_write(folder, region, offset, bytes, n), 0);
}

// n bytes from an offset are all that value.
static bool is_all(
    const char *folder, enum port_region region, size_t offset, uint8_t value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t byte = (uint8_t)~value;

        if (host_flash_read(folder, region, offset + i, &byte, 1) != 0 || byte != value)
            return false;
    }
    return true;
}

static void test_write_and_read(void **state)
{
    const char *folder = *state;
    uint8_t bytes[10];

    assert_int_equal(host_flash_erase(folder, PORT_SLOT_1, 0), 0);
    fill(folder, PORT_SLOT_1, 0, 0x11, 100);
    fill(folder, PORT_SLOT_1, 100, 0x22, 100);
    assert_int_equal(host_flash_sync(folder, PORT_SLOT_1), 0);
    assert_int_equal(host_flash_read(folder, PORT_SLOT_1, 95, bytes, 10), 0);
    assert_memory_equal(bytes, "\x11\x11\x11\x11\x11\x22\x22\x22\x22\x22", 10);
    assert_int_equal(
        host_flash_read(folder, PORT_SLOT_1, 195, bytes, 10), 0); // over the file's end
    assert_memory_equal(bytes, "\x22\x22\x22\x22\x22\xff\xff\xff\xff\xff", 10);
    assert_true(is_all(folder, PORT_SLOT_1, 900000, 0xff, 10));
}

static void test_erase(void **state)
{
    const char *folder = *state;

    assert_int_equal(host_flash_erase(folder, PORT_SLOT_0, 0), 0);
    fill(folder, PORT_SLOT_0, 0, 0x33, 2 * SECTOR + 500);
    assert_int_equal(host_flash_erase(folder, PORT_SLOT_0, SECTOR), 0);
    assert_true(is_all(folder, PORT_SLOT_0, SECTOR - 10, 0x33, 10));
    assert_true(is_all(folder, PORT_SLOT_0, SECTOR, 0xff, 20));
    assert_true(is_all(folder, PORT_SLOT_0, 2 * SECTOR - 20, 0xff, 20));
    assert_true(is_all(folder, PORT_SLOT_0, 2 * SECTOR, 0x33, 500));
    assert_int_equal(host_flash_erase(folder, PORT_SLOT_0, 2 * SECTOR), 0);
    assert_int_equal(host_flash_factory_size(folder), 2 * SECTOR + 500); // it does not grow
    assert_true(is_all(folder, PORT_SLOT_0, 2 * SECTOR, 0xff, 500));
    assert_int_equal(host_flash_erase(folder, PORT_SLOT_0, 100 * SECTOR), 0);
    assert_int_equal(host_flash_factory_size(folder), 2 * SECTOR + 500);
    assert_int_equal(host_flash_erase(folder, PORT_SLOT_0, 0), 0);
    assert_int_equal(host_flash_factory_size(folder), 0);
}

static void test_slots_apart(void **state)
{
    const char *folder = *state;

    assert_int_equal(host_flash_erase(folder, PORT_SLOT_0, 0), 0);
    assert_int_equal(host_flash_erase(folder, PORT_SLOT_1, 0), 0);
    fill(folder, PORT_SLOT_0, 0, 0x44, 50);
    assert_true(is_all(folder, PORT_SLOT_1, 0, 0xff, 50));
    assert_int_equal(host_flash_erase(folder, PORT_SLOT_1, 0), 0);
    assert_true(is_all(folder, PORT_SLOT_0, 0, 0x44, 50));
}

// What is not there is erased, and may be written.
static void test_absent(void **state)
{
    const char *folder = *state;
    uint8_t bytes[4] = {0};
    char path[SCRATCH_PATH_SIZE];

    assert_int_equal(host_flash_factory_size(folder), 0);
    assert_true(is_all(folder, PORT_SLOT_0, 0, 0xff, 4));
    assert_int_equal(host_flash_sync(folder, PORT_SLOT_0), PORT_FAILED);
    assert_int_equal(host_flash_write(folder, PORT_SLOT_0, 0, bytes, 4), 0);
    assert_true(is_all(folder, PORT_SLOT_0, 0, 0, 4));
    scratch_path(folder, "slot0.bin", path);
    assert_int_equal(scratch_mode(path), 0600);
    assert_int_equal(host_flash_erase("/nonexistent", PORT_SLOT_0, 0), PORT_FAILED);
    assert_int_equal(host_flash_write("/nonexistent", PORT_SLOT_0, 0, bytes, 4), PORT_FAILED);
    assert_int_equal(host_flash_sync("/nonexistent", PORT_FILES), PORT_FAILED);
    assert_int_equal(mkdir(path, 0700), -1);
    scratch_path(folder, "slot1.bin", path);
    assert_int_equal(mkdir(path, 0700), 0); // cannot be read
    assert_int_equal(host_flash_read(folder, PORT_SLOT_1, 0, bytes, 4), PORT_FAILED);
}

// The files' region is what its sectors are: the first one's erasure leaves the others.
static void test_files(void **state)
{
    const char *folder = *state;
    uint8_t byte = 0x0f;

    fill(folder, PORT_FILES, SECTOR + 10, 0x55, 20); // behind the end
    assert_true(is_all(folder, PORT_FILES, 0, 0xff, 100));
    assert_true(is_all(folder, PORT_FILES, SECTOR, 0xff, 10));
    fill(folder, PORT_FILES, 0, 0x66, 20);
    assert_int_equal(host_flash_erase(folder, PORT_FILES, 0), 0);
    assert_true(is_all(folder, PORT_FILES, 0, 0xff, 20));
    assert_true(is_all(folder, PORT_FILES, SECTOR + 10, 0x55, 20));
    assert_int_equal(host_flash_write(folder, PORT_FILES, SECTOR + 10, &byte, 1), 0);
    assert_true(is_all(folder, PORT_FILES, SECTOR + 10, 0x05, 1)); // bits are cleared only
    assert_int_equal(host_flash_sync(folder, PORT_FILES), 0);
    assert_int_equal(host_flash_factory_size(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_write_and_read),
        TEST(test_erase),
        TEST(test_slots_apart),
        TEST(test_absent),
        TEST(test_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
