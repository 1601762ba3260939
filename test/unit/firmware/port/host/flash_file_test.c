// Tests of NOR flash as a file.
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/port/host/flash_file.h"
#include "firmware/port/port.h"
#include "test/unit/server/base/scratch.h"

#define LARGE 9000 // more than a chunk

static int open_file(const char *folder, int flags)
{
    char path[SCRATCH_PATH_SIZE];

    scratch_path(folder, "flash", path);
    return open(path, flags | O_CREAT | O_CLOEXEC, 0600);
}

static size_t size_of(int fd)
{
    struct stat status;

    assert_int_equal(fstat(fd, &status), 0);
    return (size_t)status.st_size;
}

static bool is_all(int fd, size_t offset, uint8_t value, size_t n)
{
    static uint8_t bytes[3 * LARGE];

    assert_true(n <= sizeof bytes);
    assert_int_equal(flash_file_read(fd, offset, bytes, n), 0);
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] != value)
            return false;
    }
    return true;
}

static void test_bits(void **state)
{
    int fd = open_file(*state, O_RDWR);
    static uint8_t bytes[LARGE];

    assert_true(is_all(fd, 5, 0xff, LARGE));
    memset(bytes, 0x3c, sizeof bytes);
    assert_int_equal(flash_file_write(fd, LARGE, bytes, sizeof bytes), 0);
    assert_int_equal(size_of(fd), 2 * LARGE);
    assert_true(is_all(fd, 0, 0xff, LARGE)); // the gap before it
    assert_true(is_all(fd, LARGE, 0x3c, LARGE));
    memset(bytes, 0xf0, sizeof bytes);
    assert_int_equal(flash_file_write(fd, LARGE + 10, bytes, 20), 0);
    assert_true(is_all(fd, LARGE + 10, 0x30, 20));
    assert_true(is_all(fd, LARGE + 30, 0x3c, LARGE - 30));
    assert_int_equal(flash_file_erase(fd, LARGE + 20, 5000), 0);
    assert_true(is_all(fd, LARGE + 10, 0x30, 10));
    assert_true(is_all(fd, LARGE + 20, 0xff, 5000));
    assert_true(is_all(fd, LARGE + 5020, 0x3c, LARGE - 5020));
    assert_int_equal(flash_file_erase(fd, LARGE + 20, 3 * LARGE), 0);
    assert_int_equal(flash_file_erase(fd, 3 * LARGE, LARGE), 0); // behind the end
    assert_int_equal(size_of(fd), 2 * LARGE);
    assert_true(is_all(fd, LARGE + 20, 0xff, 2 * LARGE));
    close(fd);
}

static void test_failures(void **state)
{
    int fd = open_file(*state, O_RDONLY);
    uint8_t byte = 0;

    assert_int_equal(flash_file_write(fd, 0, &byte, 1), PORT_FAILED);
    assert_int_equal(flash_file_write(fd, 1, &byte, 1), PORT_FAILED);
    close(fd);
    assert_int_equal(flash_file_read(-1, 0, &byte, 1), PORT_FAILED);
    assert_int_equal(flash_file_erase(-1, 0, 1), PORT_FAILED);
    assert_int_equal(flash_file_write(-1, 0, &byte, 1), PORT_FAILED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_bits),
        TEST(test_failures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
