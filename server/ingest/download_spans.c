// What of a file has arrived.
#include "server/ingest/download_spans.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void remove_span(struct download_spans *spans, size_t i)
{
    memmove(
        &spans->spans[i], &spans->spans[i + 1], (spans->count - i - 1) * sizeof spans->spans[0]);
    spans->count--;
}

static void insert_span(struct download_spans *spans, size_t i, struct download_spans_span span)
{
    if (spans->count == DOWNLOAD_SPANS_SPANS_MAX)
        return;
    memmove(&spans->spans[i + 1], &spans->spans[i], (spans->count - i) * sizeof spans->spans[0]);
    spans->spans[i] = span;
    spans->count++;
}

// Adds a span of the file, joined with those that it meets.
static void add(struct download_spans *spans, uint64_t begin, uint64_t end)
{
    struct download_spans_span span = {begin, end};
    size_t i = 0;

    if (span.begin >= span.end)
        return;
    while (i < spans->count && spans->spans[i].end < span.begin)
        i++;
    while (i < spans->count && spans->spans[i].begin <= span.end) {
        if (spans->spans[i].begin < span.begin)
            span.begin = spans->spans[i].begin;
        if (spans->spans[i].end > span.end)
            span.end = spans->spans[i].end;
        remove_span(spans, i);
    }
    insert_span(spans, i, span);
}

// Who goes on at a place within what broke off had all before it.
static bool goes_on(struct download_spans_span broken, uint64_t offset)
{
    return offset > broken.begin && offset <= broken.end;
}

static void take_received(
    struct download_spans *spans, const struct download_spans_transfer *transfer)
{
    if (spans->broken_at_ms != 0 && transfer->began_at_ms >= spans->broken_at_ms &&
        goes_on(spans->broken, transfer->offset)) {
        add(spans, spans->broken.begin, transfer->offset);
        spans->broken_at_ms = 0;
    }
    add(spans, transfer->offset, transfer->offset + transfer->bytes);
    spans->latest = transfer->offset;
    spans->latest_at_ms = transfer->began_at_ms;
}

static void take_broken(
    struct download_spans *spans, const struct download_spans_transfer *transfer)
{
    struct download_spans_span span = {transfer->offset, transfer->offset + transfer->bytes};

    // It may become known after what followed it.
    if (spans->latest_at_ms > transfer->began_at_ms && goes_on(span, spans->latest)) {
        add(spans, span.begin, spans->latest);
        return;
    }
    if (spans->broken_at_ms != 0 && transfer->began_at_ms >= spans->broken_at_ms &&
        goes_on(spans->broken, span.begin))
        add(spans, spans->broken.begin, span.begin);
    if (transfer->began_at_ms < spans->broken_at_ms)
        return;
    if (spans->broken_at_ms != 0 && spans->broken.begin == span.begin &&
        spans->broken.end > span.end)
        span.end = spans->broken.end; // it began anew, and may go on where it was before
    spans->broken = span;
    spans->broken_at_ms = transfer->began_at_ms;
}

void download_spans_take(
    struct download_spans *spans, const struct download_spans_transfer *transfer)
{
    if (transfer->offset > spans->size || transfer->bytes > spans->size - transfer->offset)
        return;
    if (transfer->received)
        take_received(spans, transfer);
    else
        take_broken(spans, transfer);
}

bool download_spans_is_complete(const struct download_spans *spans)
{
    return spans->size == 0 ||
           (spans->count == 1 && spans->spans[0].begin == 0 && spans->spans[0].end == spans->size);
}

void download_spans_write(const struct download_spans *spans, char out[DOWNLOAD_SPANS_TEXT_SIZE])
{
    int n = snprintf(out, DOWNLOAD_SPANS_TEXT_SIZE,
        "%" PRIu64 "-%" PRIu64 "@%" PRId64 " %" PRIu64 "@%" PRId64, spans->broken.begin,
        spans->broken.end, spans->broken_at_ms, spans->latest, spans->latest_at_ms);

    for (size_t i = 0; i < spans->count; i++)
        n += snprintf(out + n, DOWNLOAD_SPANS_TEXT_SIZE - (size_t)n, " %" PRIu64 "-%" PRIu64,
            spans->spans[i].begin, spans->spans[i].end);
}

// Takes a number of digits, which `behind` follows ('\0': whatever follows). False, and *text
// anywhere, if none stands there or it is too large.
static bool take_number(const char **text, char behind, uint64_t *out)
{
    char *end;

    if (**text < '0' || **text > '9')
        return false;
    errno = 0;
    *out = strtoull(*text, &end, 10);
    if (errno != 0 || (behind != '\0' && *end != behind))
        return false;
    *text = end + (behind != '\0');
    return true;
}

static bool take_time(const char **text, int64_t *out)
{
    uint64_t value = 0;

    if (!take_number(text, '\0', &value) || value > INT64_MAX)
        return false;
    *out = (int64_t)value;
    return true;
}

static bool take_transfers(const char **text, struct download_spans *out)
{
    return take_number(text, '-', &out->broken.begin) && take_number(text, '@', &out->broken.end) &&
           take_time(text, &out->broken_at_ms) && *(*text)++ == ' ' &&
           take_number(text, '@', &out->latest) && take_time(text, &out->latest_at_ms) &&
           out->broken.begin <= out->broken.end && out->broken.end <= out->size;
}

void download_spans_read(const char *text, uint64_t size, struct download_spans *out)
{
    struct download_spans spans = {.size = size};
    struct download_spans_span span;

    *out = spans;
    if (!take_transfers(&text, &spans))
        return;
    *out = spans;
    while (*text++ == ' ' && take_number(&text, '-', &span.begin) &&
           take_number(&text, '\0', &span.end) && span.end <= size)
        add(out, span.begin, span.end);
}
