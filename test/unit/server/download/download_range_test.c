// Range headers.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "server/download/download_range.h"

#define WHOLE DOWNLOAD_RANGE_WHOLE
#define PART DOWNLOAD_RANGE_PART
#define BAD DOWNLOAD_RANGE_UNSATISFIABLE

static void reads_as_rfc_9110_says(void **state)
{
    static const struct {
        const char *header;
        uint64_t size;
        enum download_range_kind kind;
        uint64_t offset, length;
    } cases[] = {
        {NULL, 100, WHOLE, 0, 100},
        {"bytes=0-0", 100, PART, 0, 1},
        {"bytes=0-99", 100, PART, 0, 100},
        {"bytes=0-100", 100, PART, 0, 100},
        {"bytes=99-", 100, PART, 99, 1},
        {"bytes=50-", 100, PART, 50, 50},
        {"BYTES=50-59", 100, PART, 50, 10},
        {"bytes=-1", 100, PART, 99, 1},
        {"bytes=-100", 100, PART, 0, 100},
        {"bytes=-101", 100, PART, 0, 100},
        {"bytes=100-", 100, BAD, 0, 0},
        {"bytes=100-200", 100, BAD, 0, 0},
        {"bytes=-0", 100, BAD, 0, 0},
        {"bytes=0-", 0, BAD, 0, 0},
        {"bytes=-5", 0, BAD, 0, 0},
        {"bytes=9223372036854775800-", 100, WHOLE, 0, 100}, // more digits than we read
        {"bytes=1-99999999999999999999", 100, WHOLE, 0, 100},
        {"bytes=5-4", 100, WHOLE, 0, 100}, // invalid: ignored
        {"bytes=0-1,5-6", 100, WHOLE, 0, 100},
        {"bytes=", 100, WHOLE, 0, 100},
        {"bytes=-", 100, WHOLE, 0, 100},
        {"bytes=a-b", 100, WHOLE, 0, 100},
        {"bytes=1", 100, WHOLE, 0, 100},
        {"bytes=1-2x", 100, WHOLE, 0, 100},
        {"bytes =1-2", 100, WHOLE, 0, 100},
        {"lines=1-2", 100, WHOLE, 0, 100},
        {"", 100, WHOLE, 0, 100},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct download_range range = download_range_of(cases[i].header, cases[i].size);

        if (range.kind != cases[i].kind || range.offset != cases[i].offset ||
            range.length != cases[i].length)
            fail_msg("%s of %d: kind %d, %d + %d", cases[i].header, (int)cases[i].size, range.kind,
                (int)range.offset, (int)range.length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_as_rfc_9110_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
