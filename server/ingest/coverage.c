// What of a file has arrived.
#include "server/ingest/coverage.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void remove_span(struct coverage *coverage, size_t i)
{
    memmove(&coverage->spans[i], &coverage->spans[i + 1],
        (coverage->count - i - 1) * sizeof coverage->spans[0]);
    coverage->count--;
}

static void insert_span(struct coverage *coverage, size_t i, struct coverage_span span)
{
    if (coverage->count == COVERAGE_SPANS_MAX)
        return;
    memmove(&coverage->spans[i + 1], &coverage->spans[i],
        (coverage->count - i) * sizeof coverage->spans[0]);
    coverage->spans[i] = span;
    coverage->count++;
}

// Adds a span, joined with those that it meets.
static void add(struct coverage *coverage, uint64_t begin, uint64_t end)
{
    struct coverage_span span = {begin, end < coverage->size ? end : coverage->size};
    size_t i = 0;

    if (span.begin >= span.end)
        return;
    while (i < coverage->count && coverage->spans[i].end < span.begin)
        i++;
    while (i < coverage->count && coverage->spans[i].begin <= span.end) {
        if (coverage->spans[i].begin < span.begin)
            span.begin = coverage->spans[i].begin;
        if (coverage->spans[i].end > span.end)
            span.end = coverage->spans[i].end;
        remove_span(coverage, i);
    }
    insert_span(coverage, i, span);
}

// Who goes on at a place within what broke off had all before it.
static bool goes_on(struct coverage_span broken, uint64_t offset)
{
    return offset > broken.begin && offset <= broken.end;
}

static void take_received(struct coverage *coverage, const struct coverage_transfer *transfer)
{
    if (coverage->broken_at_ms != 0 && transfer->began_at_ms >= coverage->broken_at_ms &&
        goes_on(coverage->broken, transfer->offset)) {
        add(coverage, coverage->broken.begin, transfer->offset);
        coverage->broken_at_ms = 0;
    }
    add(coverage, transfer->offset, transfer->offset + transfer->bytes);
    coverage->latest = transfer->offset;
    coverage->latest_at_ms = transfer->began_at_ms;
}

static void take_broken(struct coverage *coverage, const struct coverage_transfer *transfer)
{
    struct coverage_span span = {transfer->offset, transfer->offset + transfer->bytes};

    // It may become known after what followed it.
    if (coverage->latest_at_ms > transfer->began_at_ms && goes_on(span, coverage->latest)) {
        add(coverage, span.begin, coverage->latest);
        return;
    }
    if (coverage->broken_at_ms != 0 && transfer->began_at_ms >= coverage->broken_at_ms &&
        goes_on(coverage->broken, span.begin))
        add(coverage, coverage->broken.begin, span.begin);
    if (transfer->began_at_ms < coverage->broken_at_ms)
        return;
    if (coverage->broken_at_ms != 0 && coverage->broken.begin == span.begin &&
        coverage->broken.end > span.end)
        span.end = coverage->broken.end; // it began anew, and may go on where it was before
    coverage->broken = span;
    coverage->broken_at_ms = transfer->began_at_ms;
}

void coverage_take(struct coverage *coverage, const struct coverage_transfer *transfer)
{
    if (transfer->offset > coverage->size || transfer->bytes > coverage->size - transfer->offset)
        return;
    if (transfer->received)
        take_received(coverage, transfer);
    else
        take_broken(coverage, transfer);
}

bool coverage_is_complete(const struct coverage *coverage)
{
    return coverage->size == 0 || (coverage->count == 1 && coverage->spans[0].begin == 0 &&
                                      coverage->spans[0].end == coverage->size);
}

void coverage_write(const struct coverage *coverage, char out[COVERAGE_TEXT_SIZE])
{
    int n = snprintf(out, COVERAGE_TEXT_SIZE,
        "%" PRIu64 "-%" PRIu64 "@%" PRId64 " %" PRIu64 "@%" PRId64, coverage->broken.begin,
        coverage->broken.end, coverage->broken_at_ms, coverage->latest, coverage->latest_at_ms);

    for (size_t i = 0; i < coverage->count; i++)
        n += snprintf(out + n, COVERAGE_TEXT_SIZE - (size_t)n, " %" PRIu64 "-%" PRIu64,
            coverage->spans[i].begin, coverage->spans[i].end);
}

void coverage_read(const char *text, uint64_t size, struct coverage *out)
{
    struct coverage coverage = {.size = size};
    struct coverage_span span;
    int used = 0;

    *out = coverage;
    if (sscanf(text, "%" SCNu64 "-%" SCNu64 "@%" SCNd64 " %" SCNu64 "@%" SCNd64 "%n",
            &coverage.broken.begin, &coverage.broken.end, &coverage.broken_at_ms, &coverage.latest,
            &coverage.latest_at_ms, &used) != 5 ||
        coverage.broken.begin > coverage.broken.end || coverage.broken.end > size)
        return;
    *out = coverage;
    text += used;
    while (sscanf(text, " %" SCNu64 "-%" SCNu64 "%n", &span.begin, &span.end, &used) == 2) {
        add(out, span.begin, span.end);
        text += used;
    }
}
