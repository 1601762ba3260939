// What of a file has arrived, in whatever pieces.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/ingest/download_spans.h"

#define SIZE 1000

// Transfers in the order in which they become known: offset, bytes, received, when they began.
static const struct {
    const char *what;
    struct download_spans_transfer transfers[6];
    bool complete;
} rows[] = {
    {"whole", {{0, 1000, true, 1}}, true},
    {"all but the last", {{0, 999, true, 1}}, false},
    {"all but the first", {{1, 999, true, 1}}, false},
    {"two halves", {{0, 500, true, 1}, {500, 500, true, 2}}, true},
    {"two halves, the second first", {{500, 500, true, 1}, {0, 500, true, 2}}, true},
    {"a hole", {{0, 500, true, 1}, {501, 499, true, 2}}, false},
    {"a hole filled by more", {{0, 400, true, 1}, {600, 400, true, 2}, {300, 500, true, 3}}, true},
    {"the same again", {{0, 500, true, 1}, {0, 500, true, 2}, {0, 500, true, 3}}, false},
    {"one within another", {{0, 1000, true, 1}, {5, 10, true, 2}}, true},
    {"broken off, all of it sent", {{0, 1000, false, 1}}, false},
    {"broken off twice", {{0, 1000, false, 1}, {0, 1000, false, 2}}, false},
    {"broken off, then goes on", {{0, 600, false, 1}, {400, 600, true, 2}}, true},
    {"goes on behind what was sent", {{0, 600, false, 1}, {601, 399, true, 2}}, false},
    {"goes on at its very end", {{0, 600, false, 1}, {600, 400, true, 2}}, true},
    {"goes on, but not to the end", {{0, 1000, false, 1}, {400, 100, true, 2}}, false},
    {"broken off again and again",
        {{0, 300, false, 1}, {200, 300, false, 2}, {400, 300, false, 3}, {600, 400, true, 4}},
        true},
    {"anew, and shorter", {{0, 600, false, 1}, {0, 100, false, 2}, {500, 500, true, 3}}, true},
    {"a probe between", {{0, 600, false, 1}, {0, 1, true, 2}, {500, 500, true, 3}}, true},
    {"known behind what followed", {{400, 600, true, 2}, {0, 600, false, 1}}, true},
    {"an earlier range is no sign", {{400, 600, true, 1}, {0, 600, false, 2}}, false},
    {"an earlier range, known later", {{0, 600, false, 2}, {400, 600, true, 1}}, false},
    {"a range begun at once is no sign", {{400, 600, true, 1}, {0, 600, false, 1}}, false},
    {"went on once, not twice", {{0, 600, false, 1}, {300, 100, true, 2}, {500, 500, true, 3}},
        false},
    {"broken off before, known later",
        {{0, 300, false, 2}, {200, 300, false, 1}, {200, 800, true, 1}}, false},
    {"an earlier one does not take its place",
        {{0, 600, false, 2}, {700, 100, false, 1}, {500, 500, true, 3}}, true},
    {"from elsewhere, and shorter", {{0, 600, false, 1}, {100, 50, false, 2}, {500, 500, true, 3}},
        false},
    {"nothing", {{0, 0, true, 1}}, false},
    {"nothing in the middle", {{5, 0, true, 1}, {0, 1000, true, 2}}, true},
    {"outside", {{0, 1001, true, 1}}, false},
    {"far outside", {{UINT64_MAX, 1000, true, 1}}, false},
    {"an overflow", {{1, UINT64_MAX, true, 1}}, false},
};

static void take(struct download_spans *spans, const struct download_spans_transfer *transfer)
{
    char text[DOWNLOAD_SPANS_TEXT_SIZE];

    download_spans_take(spans, transfer);
    // As it is stored in between.
    download_spans_write(spans, text);
    download_spans_read(text, SIZE, spans);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct download_spans spans;

        download_spans_read("", SIZE, &spans);
        for (size_t t = 0; t < 6 && rows[i].transfers[t].began_at_ms != 0; t++)
            take(&spans, &rows[i].transfers[t]);
        if (download_spans_is_complete(&spans) != rows[i].complete)
            fail_msg("%s", rows[i].what);
    }
}

// Every order of ten blocks' places modulo 7, and each is needed.
static void test_blocks(void **state)
{
    (void)state;
    for (int64_t step = 1; step < 10; step += 2) {
        struct download_spans spans;

        if (step == 5)
            continue;
        download_spans_read("", SIZE, &spans);
        for (int64_t i = 0; i < 10; i++) {
            struct download_spans_transfer block = {
                (uint64_t)(i * step % 10) * 100, 100, true, i + 1};

            assert_false(download_spans_is_complete(&spans));
            take(&spans, &block);
        }
        assert_true(download_spans_is_complete(&spans));
    }
}

// Memory is bounded, and what did not fit can come again.
static void test_bound(void **state)
{
    static struct download_spans spans;
    static char text[DOWNLOAD_SPANS_TEXT_SIZE];
    const uint64_t size = 4 * DOWNLOAD_SPANS_SPANS_MAX;

    (void)state;
    download_spans_read("", size, &spans);
    for (int round = 0; round < 2; round++) {
        for (uint64_t i = 0; i < size; i += 2) {
            struct download_spans_transfer byte = {i, 1, true, 1};

            download_spans_take(&spans, &byte);
            assert_true(spans.count <= DOWNLOAD_SPANS_SPANS_MAX);
        }
    }
    download_spans_write(&spans, text);
    for (uint64_t i = 0; i < size; i++) {
        struct download_spans_transfer byte = {i, 1, true, 2};

        download_spans_take(&spans, &byte);
    }
    assert_true(download_spans_is_complete(&spans));
}

static void test_reads_anything(void **state)
{
    // What is not as it was written is not believed: nothing of it, or nothing behind it.
    static const char *const texts[] = {"", " ", "x", "0-1", "1-0@1 0@0 0-1000",
        "0-2000@5 0@0 0-1000", "0-0@0 0@0 0-", "0-0@0 0@0 5-3", "0-0@0 0@0 5-5",
        "0-0@0 0@0 0-99999999999999999999999", "0-0@0 0@0 0-1001", "0-0@0 0@0 -1-5",
        "0-0@0 0@0  0-1000", "0-0@0 0@0 +0-1000", "0-0@0 0@0,0-1000", "0-0@0,0@0 0-1000",
        "0-0@9999999999999999999 0@0 0-1000", "0-0@0 0@9999999999999999999 0-1000"};
    struct download_spans spans;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        download_spans_read(texts[i], SIZE, &spans);
        if (spans.count != 0)
            fail_msg("%s", texts[i]);
    }
    download_spans_read("0-0@0 0@0 700-800 0-100 90-200", SIZE, &spans);
    assert_int_equal(spans.count, 2);
    assert_int_equal(spans.spans[0].end, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_reads_anything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
