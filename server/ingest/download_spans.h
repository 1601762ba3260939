#ifndef DOWNLOAD_SPANS_H
#define DOWNLOAD_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Which bytes of a file have arrived in several transfers, in whatever order; pure, and bounded.
#define DOWNLOAD_SPANS_SPANS_MAX 256 // apart from each other; what would be one more is forgotten
#define DOWNLOAD_SPANS_TEXT_SIZE ((size_t)(DOWNLOAD_SPANS_SPANS_MAX + 2) * 40)

struct download_spans_span {
    uint64_t begin, end; // [begin, end)
};

struct download_spans {
    uint64_t size; // of the file
    size_t count;
    struct download_spans_span spans[DOWNLOAD_SPANS_SPANS_MAX]; // in order
    // Of the last transfer that broke off: what may have arrived of it. Where the client goes on
    // tells how much did.
    struct download_spans_span broken;
    int64_t broken_at_ms; // when it began; 0: none
    uint64_t latest;      // where the latest other one began
    int64_t latest_at_ms;
};

// One transfer: bytes from offset on. received: all that was asked for has arrived; else at most
// these.
struct download_spans_transfer {
    uint64_t offset, bytes;
    bool received;
    int64_t began_at_ms;
};

void download_spans_take(
    struct download_spans *spans, const struct download_spans_transfer *transfer);
bool download_spans_is_complete(const struct download_spans *spans);

// As text, to be stored. download_spans_read() takes what it can of another text, and of spans
// beyond the size nothing.
void download_spans_write(const struct download_spans *spans, char out[DOWNLOAD_SPANS_TEXT_SIZE]);
void download_spans_read(const char *text, uint64_t size, struct download_spans *out);

#endif
