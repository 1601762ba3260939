// Tests of which alert has ended a session.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/tls_alert.h"

static void test_number(void **state)
{
    static const struct {
        uint8_t bytes[12];
        size_t size;
        unsigned number;
    } rows[] = {
        {{0x15, 3, 3, 0, 2, 2, 48}, 7, 48},
        {{0x15, 3, 1, 0, 2, 2, 70}, 7, 70}, // of a server that knows no TLS 1.2
        {{0x15, 2, 3, 0, 2, 2, 70}, 7, 0},
        {{0x15, 3, 3, 1, 2, 2, 70}, 7, 0},
        {{0x15, 3, 3, 0, 3, 2, 70}, 7, 0},
        {{0x15, 3, 3, 0, 2, 2, 0}, 7, 0}, // close_notify is none that refuses
        {{22, 3, 3, 0, 0x15, 3, 3, 0, 2, 2, 42}, 11, 42},
        {{0x15, 3, 3, 0, 2, 1, 90}, 7, 0},     // a warning
        {{0x15, 3, 3, 0, 26, 2, 48}, 7, 0},    // encrypted
        {{0x17, 3, 3, 0, 2, 2, 48}, 7, 0},     // data
        {{0x15, 3, 3, 0, 2, 2}, 6, 0},         // not whole yet
        {{0x15, 3, 3, 0, 2, 2, 48, 22}, 8, 0}, // something came behind it
        {{0}, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t piece = 1; piece <= sizeof rows[0].bytes; piece++) {
            struct tls_alert alert = {0};

            for (size_t at = 0; at < rows[i].size; at += piece)
                tls_alert_feed(&alert, rows[i].bytes + at,
                    rows[i].size - at < piece ? rows[i].size - at : piece);
            assert_int_equal(tls_alert_number(&alert), rows[i].number);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
