#ifndef COVERAGE_H
#define COVERAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Which bytes of a file have arrived in several transfers, in whatever order; pure, and bounded.
#define COVERAGE_SPANS_MAX 256 // apart from each other; what would be one more is forgotten
#define COVERAGE_TEXT_SIZE ((size_t)(COVERAGE_SPANS_MAX + 2) * 40)

struct coverage_span {
    uint64_t begin, end; // [begin, end)
};

struct coverage {
    uint64_t size; // of the file
    size_t count;
    struct coverage_span spans[COVERAGE_SPANS_MAX]; // in order
    // Of the last transfer that broke off: what may have arrived of it. Where the client goes on
    // tells how much did.
    struct coverage_span broken;
    int64_t broken_at_ms; // when it began; 0: none
    uint64_t latest;      // where the latest other one began
    int64_t latest_at_ms;
};

// One transfer: bytes from offset on. received: all that was asked for has arrived; else at most
// these.
struct coverage_transfer {
    uint64_t offset, bytes;
    bool received;
    int64_t began_at_ms;
};

void coverage_take(struct coverage *coverage, const struct coverage_transfer *transfer);
bool coverage_is_complete(const struct coverage *coverage);

// As text, to be stored. coverage_read() takes what it can of another text, and of spans beyond the
// size nothing.
void coverage_write(const struct coverage *coverage, char out[COVERAGE_TEXT_SIZE]);
void coverage_read(const char *text, uint64_t size, struct coverage *out);

#endif
