// A stream of events, at once and in pieces: the same is read.
#include <stdlib.h>
#include <string.h>

#include "server/ctl/sse.h"
#include "test/fuzz/fuzz.h"

struct reading {
    struct sse *sse;
    size_t count;
    size_t bytes;
};

static int see(const struct sse_message *message, void *ctx)
{
    struct reading *reading = ctx;

    FUZZ_CHECK(strlen(sse_id(reading->sse)) < SSE_ID_SIZE);
    reading->count++;
    reading->bytes += strlen(message->type) + strlen(message->data);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct reading whole = {.sse = sse_new()};
    struct reading pieces = {.sse = sse_new()};
    const char *text = (const char *)fuzz_bytes(p, n);
    int rc = 0;

    FUZZ_CHECK(whole.sse != NULL && pieces.sse != NULL);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = sse_take(pieces.sse, text + i, 1, see, &pieces);
    FUZZ_CHECK(sse_take(whole.sse, text, n, see, &whole) == rc);
    FUZZ_CHECK(rc == 0 || rc == ERR_TOO_LARGE);
    FUZZ_CHECK(whole.count == pieces.count && whole.bytes == pieces.bytes);
    FUZZ_CHECK(strcmp(sse_id(whole.sse), sse_id(pieces.sse)) == 0);
    sse_free(whole.sse);
    sse_free(pieces.sse);
    return 0;
}
