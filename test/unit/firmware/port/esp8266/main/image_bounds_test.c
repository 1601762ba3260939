// Tests of the lengths in an image's headers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/port/esp8266/main/esp8266_flash.h"
#include "firmware/port/esp8266/main/image_bounds.h"
#include "test/esp8266/sdk/ota.h"
#include "test/esp8266/sdk/sdk_chip.h"
#include "test/esp8266/sdk/sdk_flash.h"

#define SEGMENT_0 OTA_HEADER_SIZE

static struct port port;
static uint8_t *slot;

static int setup(void **state)
{
    (void)state;
    sdk_chip_reset();
    esp8266_flash_attach(&port);
    slot = sdk_flash_at(esp8266_flash_partition(PORT_SLOT_1)->address);
    sdk_chip_put_image(1, 1);
    return 0;
}

static uint32_t get_size(size_t segment)
{
    uint32_t size;

    memcpy(&size, slot + segment + 4, sizeof size);
    return size;
}

static void put_size(size_t segment, uint32_t size)
{
    memcpy(slot + segment + 4, &size, sizeof size);
}

static size_t second_segment(void)
{
    return SEGMENT_0 + OTA_SEGMENT_HEADER_SIZE + get_size(SEGMENT_0);
}

static void test_good(void **state)
{
    (void)state;
    assert_true(image_bounds_hold(PORT_SLOT_1));
    assert_false(image_bounds_hold(PORT_SLOT_0)); // erased
    ota_make_image(slot, SDK_CHIP_SLOT_SIZE, 1);
    assert_true(image_bounds_hold(PORT_SLOT_1));
}

static void test_header(void **state)
{
    (void)state;
    for (unsigned count = 0; count <= UINT8_MAX; count++) {
        (void)setup(NULL);
        slot[1] = (uint8_t)count;
        if (count == 0 || count > OTA_SEGMENTS_MAX)
            assert_false(image_bounds_hold(PORT_SLOT_1));
        else if (count <= OTA_SEGMENTS)
            assert_true(image_bounds_hold(PORT_SLOT_1));
    }
    (void)setup(NULL);
    slot[0] ^= 1;
    assert_false(image_bounds_hold(PORT_SLOT_1));
}

// To the byte, for each segment.
static void test_sizes(void **state)
{
    static const uint32_t sizes[] = {
        SDK_CHIP_SLOT_SIZE, INT32_MAX, (uint32_t)INT32_MAX + 1, UINT32_MAX - 3, UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        (void)setup(NULL);
        put_size(SEGMENT_0, sizes[i]);
        assert_false(image_bounds_hold(PORT_SLOT_1));
        (void)setup(NULL);
        put_size(second_segment(), sizes[i]);
        assert_false(image_bounds_hold(PORT_SLOT_1));
        (void)setup(NULL);
        slot[1] = 1;
        put_size(SEGMENT_0, sizes[i]);
        assert_false(image_bounds_hold(PORT_SLOT_1));
    }
}

static void test_last_byte(void **state)
{
    size_t last = second_segment();
    uint32_t room = (uint32_t)(SDK_CHIP_SLOT_SIZE - last - OTA_SEGMENT_HEADER_SIZE - 48);

    (void)state;
    put_size(last, room); // a row of 16 and the hash are left
    assert_true(image_bounds_hold(PORT_SLOT_1));
    put_size(last, room + 1);
    assert_false(image_bounds_hold(PORT_SLOT_1));
    put_size(SEGMENT_0, SDK_CHIP_SLOT_SIZE - SEGMENT_0 - OTA_SEGMENT_HEADER_SIZE - 7);
    assert_false(image_bounds_hold(PORT_SLOT_1)); // the next header would be cut
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_good, setup),
        cmocka_unit_test_setup(test_header, setup),
        cmocka_unit_test_setup(test_sizes, setup),
        cmocka_unit_test_setup(test_last_byte, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
