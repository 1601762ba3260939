// Tests of the seam's flash on the SDK's partitions.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/image_descriptor.h"
#include "firmware/port/esp8266/main/esp8266_flash.h"
#include "test/esp8266/sdk/ota.h"
#include "test/esp8266/sdk/sdk_chip.h"
#include "test/esp8266/sdk/sdk_flash.h"

#define SECTOR 4096

static struct port port;
static const struct port_ops ops = {
    .flash_read = esp8266_flash_read,
    .flash_erase = esp8266_flash_erase,
    .flash_write = esp8266_flash_write,
    .flash_sync = esp8266_flash_sync,
    .factory_size = esp8266_flash_factory_size,
};

static int setup(void **state)
{
    (void)state;
    sdk_chip_reset();
    port.ops = &ops;
    esp8266_flash_attach(&port);
    return 0;
}

static void test_sizes(void **state)
{
    (void)state;
    assert_int_equal(port.slot_size, SDK_CHIP_SLOT_SIZE);
    assert_int_equal(port.files_size, SDK_CHIP_FILES_SIZE);
    assert_int_equal(port.sector_size, SECTOR);
}

static void test_regions(void **state)
{
    static const size_t sizes[] = {SDK_CHIP_SLOT_SIZE, SDK_CHIP_SLOT_SIZE, SDK_CHIP_FILES_SIZE};
    uint8_t bytes[4] = {0};

    (void)state;
    for (int i = 0; i < 3; i++) {
        enum port_region region = (enum port_region)i;
        uint8_t *last =
            sdk_flash_at(esp8266_flash_partition(region)->address + (uint32_t)sizes[i] - 4);
        const uint8_t mark[4] = {(uint8_t)i, 1, 2, 3};

        assert_int_equal(ops.flash_write(&port, region, sizes[i] - 4, mark, 4), 0);
        assert_memory_equal(last, mark, 4);
        assert_int_equal(ops.flash_read(&port, region, sizes[i] - 4, bytes, 4), 0);
        assert_memory_equal(bytes, mark, 4);
        assert_int_equal(ops.flash_erase(&port, region, sizes[i] - SECTOR), 0);
        assert_int_equal(last[3], 0xff);
        assert_int_equal(ops.flash_sync(&port, region), 0);
        assert_int_equal(ops.flash_read(&port, region, sizes[i], bytes, 0), 0);
    }
}

static void test_bounds(void **state)
{
    static const size_t rows[][2] = {
        {SDK_CHIP_SLOT_SIZE - 3, 4},
        {SDK_CHIP_SLOT_SIZE, 1},
        {SDK_CHIP_SLOT_SIZE + 1, 0},
        {SIZE_MAX, 4},
        {4, SIZE_MAX},
    };
    uint8_t bytes[4] = {0};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(
            ops.flash_read(&port, PORT_SLOT_0, rows[i][0], bytes, rows[i][1]), PORT_FAILED);
        assert_int_equal(
            ops.flash_write(&port, PORT_SLOT_0, rows[i][0], bytes, rows[i][1]), PORT_FAILED);
    }
    assert_int_equal(ops.flash_erase(&port, PORT_SLOT_0, SDK_CHIP_SLOT_SIZE), PORT_FAILED);
    assert_int_equal(ops.flash_erase(&port, PORT_SLOT_0, SDK_CHIP_SLOT_SIZE - 1), PORT_FAILED);
    assert_int_equal(ops.flash_erase(&port, PORT_SLOT_0, 1), PORT_FAILED);
}

// The descriptor stands behind the SDK's image, whose length has the hash.
static void test_factory_size(void **state)
{
    uint8_t *slot = sdk_flash_at(esp8266_flash_partition(PORT_SLOT_0)->address);

    (void)state;
    assert_int_equal(ops.factory_size(&port), 0);
    sdk_chip_put_image(0, 1);
    assert_int_equal(ops.factory_size(&port), SDK_CHIP_IMAGE_SIZE + IMAGE_DESCRIPTOR_MAX);
    sdk_chip_damage(0);
    assert_int_equal(ops.factory_size(&port), 0);
    ota_make_image(slot, (SDK_CHIP_SLOT_SIZE - IMAGE_DESCRIPTOR_MAX) / 16 * 16, 1);
    assert_in_range(ops.factory_size(&port), SDK_CHIP_SLOT_SIZE - 15, SDK_CHIP_SLOT_SIZE);
    ota_make_image(slot, SDK_CHIP_SLOT_SIZE, 1);
    assert_int_equal(ops.factory_size(&port), SDK_CHIP_SLOT_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_sizes, setup),
        cmocka_unit_test_setup(test_regions, setup),
        cmocka_unit_test_setup(test_bounds, setup),
        cmocka_unit_test_setup(test_factory_size, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
