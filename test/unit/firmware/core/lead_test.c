// Tests of the first bytes of an image, kept back.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/lead.h"
#include "test/unit/firmware/fake_port.h"

static const uint8_t image[] = {1, 2, 3, 4, 5, 6, 7, 8};

// Whatever the pieces are in which it comes.
static void test_keep(void **state)
{
    (void)state;
    for (size_t piece = 1; piece <= sizeof image; piece++) {
        struct lead lead = {0};
        size_t kept = 0;

        for (size_t at = 0; at < sizeof image; at += piece) {
            size_t n = sizeof image - at < piece ? sizeof image - at : piece;

            kept += lead_keep(&lead, at, image + at, n);
        }
        assert_int_equal(kept, LEAD_SIZE);
        assert_memory_equal(lead.bytes, image, LEAD_SIZE);
    }
}

static void test_read_and_write(void **state)
{
    static struct fake_port port;
    struct lead lead = {.bytes = {1, 2, 3, 4}};
    uint8_t back[sizeof image];

    (void)state;
    fake_init(&port);
    memset(port.slots[1], 0xff, sizeof port.slots[1]);
    memcpy(port.slots[1] + LEAD_SIZE, image + LEAD_SIZE, sizeof image - LEAD_SIZE);
    for (size_t from = 0; from < sizeof image; from++) {
        for (size_t n = 0; n <= sizeof image - from; n++) {
            assert_int_equal(lead_read(&port.port, 1, &lead, from, back, n), 0);
            assert_memory_equal(back, image + from, n);
        }
    }
    assert_int_equal(lead_read(&port.port, 1, NULL, 0, back, 1), 0);
    assert_int_equal(back[0], 0xff);
    assert_int_equal(lead_write(&port.port, 1, &lead), 0);
    assert_memory_equal(port.slots[1], image, sizeof image);
    assert_int_equal(lead_write(&port.port, 1, &lead), 0); // once more does no harm
    port.slots[1][0] = 0;
    assert_int_equal(
        lead_write(&port.port, 1, &lead), PORT_FAILED); // what was written is not there
}

// What is not durable is not done.
static void test_sync_fails(void **state)
{
    static struct fake_port port;
    const struct lead lead = {.bytes = {1}};

    (void)state;
    fake_init(&port);
    port.sync_fails_in = 0;
    assert_int_equal(lead_write(&port.port, 1, &lead), PORT_FAILED);
    fake_init(&port);
    assert_int_equal(lead_write(&port.port, 1, &lead), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keep),
        cmocka_unit_test(test_read_and_write),
        cmocka_unit_test(test_sync_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
