// What of a file has arrived: as the database has it, and as transfers change it. A line with the
// text, then transfers.
#include <string.h>

#include "server/ingest/download_spans.h"
#include "test/fuzz/fuzz.h"

static void check(const struct download_spans *spans, uint64_t size)
{
    FUZZ_CHECK(spans->size == size);
    FUZZ_CHECK(spans->count <= DOWNLOAD_SPANS_SPANS_MAX);
    FUZZ_CHECK(spans->broken.begin <= spans->broken.end && spans->broken.end <= size);
    for (size_t i = 0; i < spans->count; i++) {
        FUZZ_CHECK(spans->spans[i].begin < spans->spans[i].end && spans->spans[i].end <= size);
        FUZZ_CHECK(i == 0 || spans->spans[i - 1].end < spans->spans[i].begin);
    }
}

// What is stored is what is read again.
static void check_text(const struct download_spans *spans)
{
    static struct download_spans again;
    char text[DOWNLOAD_SPANS_TEXT_SIZE];
    char second[DOWNLOAD_SPANS_TEXT_SIZE];

    download_spans_write(spans, text);
    FUZZ_CHECK(strlen(text) < sizeof text - 1);
    download_spans_read(text, spans->size, &again);
    download_spans_write(&again, second);
    FUZZ_CHECK(strcmp(text, second) == 0);
    FUZZ_CHECK(download_spans_is_complete(spans) == download_spans_is_complete(&again));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static struct download_spans spans;
    struct fuzz_input input = {p, n};
    uint64_t size = fuzz_take_u32(&input);

    download_spans_read(fuzz_take_line(&input), size, &spans);
    check(&spans, size);
    check_text(&spans);
    while (input.n > 0) {
        uint64_t offset = fuzz_take_u32(&input);
        uint64_t bytes = fuzz_take_u32(&input);
        uint32_t rest = fuzz_take_u16(&input);
        struct download_spans_transfer transfer = {
            offset, (rest & 2) != 0 ? UINT64_MAX - bytes : bytes, rest & 1, rest >> 2};

        download_spans_take(&spans, &transfer);
        check(&spans, size);
    }
    check_text(&spans);
    return 0;
}
