// What is shown of payloads that cannot be read.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdint.h>
#include <string.h>

#include "server/ingest/payload_fault.h"

static void test_excerpts(void **state)
{
    static const char text[] = "0123456789abcdefghij\\\"\x7f\xff{}0123456789abcdefghijklmnop";
    char out[DEVICE_FAULT_EXCERPT_SIZE];

    (void)state;
    payload_fault_excerpt((const uint8_t *)text, 0, 0, out);
    assert_string_equal(out, "");
    payload_fault_excerpt((const uint8_t *)text, 5, 5, out);
    assert_string_equal(out, "01234");
    payload_fault_excerpt((const uint8_t *)text, sizeof text - 1, 22, out);
    assert_string_equal(out, "6789abcdefghij\\x5c\"\\x7f\\xff{}0123456789abcdefghij");
    memset(out, 0, sizeof out);

    uint8_t worst[100];

    memset(worst, 0xff, sizeof worst);
    payload_fault_excerpt(worst, sizeof worst, 50, out);
    assert_int_equal(strlen(out), 160);
    for (int kind = 0; kind < PAYLOAD_FAULT_KIND_COUNT; kind++) {
        const char *reason = payload_fault_text((enum payload_fault_kind)kind);

        assert_non_null(reason);
        assert_true(strlen(reason) < DEVICE_FAULT_REASON_SIZE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_excerpts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
