// What a device's hours come to.
#include "server/rollout/rollout_health_summary.h"

#include <math.h>
#include <string.h>

#define RUN 3

struct reader {
    const struct rollout_health_series *series;
    const struct rollout_health_control *control;
    size_t count; // of hours, the open one too
    size_t whole;
};

static bool is_common(const struct reader *reader, size_t i, size_t kind)
{
    return rollout_health_control_was_hit(
        reader->control, reader->series->first_ms + (int64_t)i * ROLLOUT_HEALTH_HOUR_MS, kind);
}

static uint32_t count_of(const struct reader *reader, size_t i, size_t kind)
{
    uint32_t count = reader->series->hours[i].counts[kind];

    return count > 0 && is_common(reader, i, kind) ? 0 : count;
}

static void read_counted(
    const struct reader *reader, size_t kind, struct rollout_health_summary *out)
{
    bool has_hit = false;
    bool was_there = false;
    uint32_t last = 0;

    for (size_t i = 0; i < reader->count; i++) {
        uint32_t count = count_of(reader, i, kind);

        if (count + last > out->burst[kind])
            out->burst[kind] = count + last;
        last = count;
        has_hit = has_hit || count > 0;
        was_there = was_there || count > 0 || reader->series->hours[i].statuses > 0;
        if ((i + 1) % ROLLOUT_HEALTH_BLOCK_HOURS != 0 || i >= reader->whole)
            continue;
        out->blocks[kind].of += was_there;
        out->blocks[kind].hit += has_hit;
        has_hit = was_there = false;
    }
}

static double value_of(const struct rollout_health_hour *hour, enum rollout_health_has member)
{
    switch (member) {
    case ROLLOUT_HEALTH_HAS_HEAP: return hour->free_heap_min_bytes;
    case ROLLOUT_HEALTH_HAS_RSSI: return (double)hour->rssi_dbm;
    default: return hour->max_loop_ms;
    }
}

// The least of the highest of RUN hours in a row: one that is low for an hour or two is not low.
static double low_run(const double *values, size_t n)
{
    double least = HUGE_VAL;

    for (size_t i = 0; i < n; i++) {
        double highest = 0;

        for (size_t k = i; k < n && k < i + RUN; k++)
            highest = k == i ? values[k] : fmax(highest, values[k]);
        if (i == 0 || i + RUN <= n)
            least = fmin(least, highest);
    }
    return least;
}

static void read_gauge(
    const struct reader *reader, enum rollout_health_has member, struct rollout_health_gauge *out)
{
    double values[ROLLOUT_HEALTH_HOURS_MAX];
    size_t n = 0;

    for (size_t i = 0; i < reader->count; i++) {
        if ((reader->series->hours[i].has & member) != 0)
            values[n++] = value_of(&reader->series->hours[i], member);
    }
    out->count = n;
    if (n == 0)
        return;
    out->low_run = low_run(values, n);
    out->median = rollout_statistic_median(values, n);
    out->low = values[0]; // they are sorted now
    out->high = values[n - 1];
    out->spread = rollout_statistic_spread(values, n, out->median);
}

static void read_silence(const struct reader *reader, struct rollout_health_summary *out)
{
    double statuses = 0;
    size_t silent = 0;

    for (size_t i = 0; i < reader->whole; i++) {
        const struct rollout_health_hour *hour = &reader->series->hours[i];

        statuses += hour->statuses;
        if (hour->statuses > 0) {
            out->heard++;
            silent = 0;
        } else if (!is_common(reader, i, ROLLOUT_HEALTH_COUNTED)) {
            silent++;
        } else {
            out->silent_with_all++;
        }
        if (silent > out->longest_silence_hours)
            out->longest_silence_hours = silent;
    }
    for (size_t i = reader->whole; i < reader->count; i++) {
        if (reader->series->hours[i].statuses > 0)
            silent = 0;
    }
    out->silence_hours = silent;
    if (out->heard > 0)
        out->statuses_per_hour = statuses / (double)out->heard;
}

void rollout_health_summary_read(const struct rollout_health_series *series,
    const struct rollout_health_control *control, struct rollout_health_summary *out)
{
    struct reader reader = {.series = series, .control = control, .count = series->count};

    if (reader.count > ROLLOUT_HEALTH_HOURS_MAX)
        reader.count = ROLLOUT_HEALTH_HOURS_MAX;
    reader.whole = series->count - (series->open < series->count ? series->open : series->count);
    if (reader.whole > reader.count)
        reader.whole = reader.count;
    memset(out, 0, sizeof *out);
    out->hours = reader.whole;
    for (size_t kind = 0; kind < ROLLOUT_HEALTH_COUNTED; kind++)
        read_counted(&reader, kind, out);
    read_gauge(&reader, ROLLOUT_HEALTH_HAS_HEAP, &out->heap);
    read_gauge(&reader, ROLLOUT_HEALTH_HAS_RSSI, &out->rssi);
    read_gauge(&reader, ROLLOUT_HEALTH_HAS_LOOP, &out->loop);
    read_silence(&reader, out);
}
