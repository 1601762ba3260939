// Tests of the device's files in their region.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/file_store.h"
#include "firmware/core/files.h"
#include "test/unit/firmware/fake_port.h"

static void test_copy_size(void **state)
{
    const size_t least = FILE_STORE_HEADER_SIZE + STAGING_FILE_MAX;

    (void)state;
    assert_int_equal(files_copy_size(1), least);
    assert_int_equal(files_copy_size(4096), 8192);
    assert_int_equal(files_copy_size(least - 1), 2 * (least - 1));
    assert_int_equal(files_copy_size(least), least);
    assert_int_equal(files_copy_size(65536), 65536);
}

// All files of a device, with what is staged and those of its own making, have room.
static void test_room(void **state)
{
    static struct fake_port port;
    static uint8_t bytes[STAGING_FILE_MAX];
    uint8_t back[8];

    (void)state;
    fake_init(&port);
    for (unsigned i = 0; i < 12; i++) {
        char name[] = {(char)('a' + i), '\0'};

        memset(bytes, (int)i, sizeof bytes);
        assert_int_equal(files_read(&port.port, name, back, sizeof back), PORT_ABSENT);
        assert_int_equal(files_write(&port.port, name, bytes, sizeof bytes), 0);
    }
    assert_int_equal(files_write(&port.port, "more", bytes, 1), PORT_FAILED);
    assert_int_equal(files_read(&port.port, "d", back, sizeof back), STAGING_FILE_MAX);
    assert_int_equal(back[7], 3);
    assert_int_equal(files_remove(&port.port, "d"), 0);
    assert_int_equal(files_remove(&port.port, "d"), 0);
    assert_int_equal(files_read(&port.port, "d", back, sizeof back), PORT_ABSENT);
    assert_int_equal(files_write(&port.port, "more", bytes, 1), 0);
    for (size_t i = 0; i < sizeof port.slots; i++)
        assert_int_equal(port.slots[i / FAKE_SLOT_SIZE][i % FAKE_SLOT_SIZE], 0xff);
}

static unsigned ops_synced;

static int sync_files(struct port *port, enum port_region region)
{
    assert_int_equal(region, PORT_FILES);
    ops_synced = ((struct fake_port *)port)->power.ops;
    return 0;
}

static void test_durable(void **state)
{
    static struct fake_port port;
    struct port_ops ops = fake_ops;

    (void)state;
    fake_init(&port);
    ops.flash_sync = sync_files;
    port.port.ops = &ops;
    assert_int_equal(files_write(&port.port, "a", (const uint8_t *)"1", 1), 0);
    assert_int_equal(ops_synced, port.power.ops);
    assert_int_equal(files_remove(&port.port, "a"), 0);
    assert_int_equal(ops_synced, port.power.ops);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copy_size),
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_durable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
