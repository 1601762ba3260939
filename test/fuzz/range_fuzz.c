// The Range header: a line with the file's size, then the header.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/download/download_range.h"
#include "test/fuzz/fuzz.h"

static void check_part(const struct download_range *range, const char *header, uint64_t size)
{
    char text[64];
    struct download_range again;

    FUZZ_CHECK(strncasecmp(header, "bytes=", 6) == 0);
    FUZZ_CHECK(range->length > 0 && range->offset < size);
    FUZZ_CHECK(range->length <= size - range->offset);
    snprintf(text, sizeof text, "bytes=%" PRIu64 "-%" PRIu64, range->offset,
        range->offset + range->length - 1);
    if (range->offset + range->length > INT64_MAX / 10) // beyond what is read as a number
        return;
    again = download_range_of(text, size);
    FUZZ_CHECK(again.kind == DOWNLOAD_RANGE_PART);
    FUZZ_CHECK(again.offset == range->offset && again.length == range->length);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct fuzz_input input = {p, n};
    uint64_t size = strtoull(fuzz_take_line(&input), NULL, 10);
    const char *header = fuzz_take_line(&input);
    struct download_range range = download_range_of(header, size);

    switch (range.kind) {
    case DOWNLOAD_RANGE_WHOLE: FUZZ_CHECK(range.offset == 0 && range.length == size); break;
    case DOWNLOAD_RANGE_PART: check_part(&range, header, size); break;
    case DOWNLOAD_RANGE_UNSATISFIABLE:
        FUZZ_CHECK(strncasecmp(header, "bytes=", 6) == 0);
        FUZZ_CHECK(range.length == 0);
        break;
    }
    return 0;
}
