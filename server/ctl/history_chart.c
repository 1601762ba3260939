// The hours of a device as sparklines.
#include "server/ctl/history_chart.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "server/base/clock.h"
#include "server/ctl/field.h"
#include "server/ctl/sparkline.h"

#define HOUR_MS 3600000
#define HOURS_MAX 100000 // eleven years
#define LABEL 9          // columns
#define WORDS 27         // columns behind a line, with two blanks
#define COLUMNS_MIN 8

enum line { ONLINE, RSSI, HEAP, REBOOTS, ERRORS, LINES };

static const struct {
    const char *label, *member;
    enum sparkline_shape shape;
    double min, max;     // of the sparkline
    bool is_zero_unsaid; // of an hour in which it said nothing
} lines[LINES] = {
    [ONLINE] = {"online", "count", SPARKLINE_MEAN, 0, 1, true},
    [RSSI] = {"rssi", "rssi_avg", SPARKLINE_MEAN, NAN, NAN, false},
    [HEAP] = {"heap", "free_heap_min", SPARKLINE_LOWEST, NAN, NAN, false},
    [REBOOTS] = {"reboots", "reboots", SPARKLINE_SUM, 0, NAN, true},
    [ERRORS] = {"errors", "new_errors", SPARKLINE_SUM, 0, NAN, true},
};

// One line's values, an hour each.
struct series {
    double *values;
    size_t count;
    double sum, lowest, highest; // of those that are known
    size_t known;
};

static void note(struct series *series, double value)
{
    if (isnan(value))
        return;
    series->sum += value;
    series->known++;
    if (!(value >= series->lowest))
        series->lowest = value;
    if (!(value <= series->highest))
        series->highest = value;
}

static void sum_up(struct series *series)
{
    series->sum = 0;
    series->known = 0;
    series->lowest = series->highest = NAN;
    for (size_t i = 0; i < series->count; i++)
        note(series, series->values[i]);
}

static void fill(struct series *series, enum line line, const json_t *hours, int64_t first_ms)
{
    size_t i;
    json_t *hour;

    for (i = 0; i < series->count; i++)
        series->values[i] = lines[line].is_zero_unsaid ? 0 : NAN;
    json_array_foreach((json_t *)hours, i, hour)
    {
        int64_t place = (field_integer(hour, "hour_ms", 0) - first_ms) / HOUR_MS;
        const json_t *value = json_object_get(hour, lines[line].member);

        if (place >= 0 && (size_t)place < series->count && json_is_number(value))
            series->values[place] = json_number_value(value);
    }
    sum_up(series);
}

// How much of its time it was heard: by the hour in which it said most.
static void make_share(struct series *series)
{
    double most = series->highest;

    for (size_t i = 0; i < series->count && most > 0; i++)
        series->values[i] /= most;
    sum_up(series);
}

static void print_words(const struct series *series, enum line line, FILE *out)
{
    char size[TEXT_SHORT_SIZE];

    if (series->known == 0) {
        fputs("not known", out);
        return;
    }
    switch (line) {
    case ONLINE: fprintf(out, "%.0f %%", 100 * series->sum / (double)series->known); break;
    case RSSI:
        fprintf(out, "%.0f dBm (%.0f to %.0f)", series->sum / (double)series->known, series->lowest,
            series->highest);
        break;
    case HEAP:
        text_size((int64_t)series->lowest, size);
        fprintf(out, "%s at least", size);
        break;
    default: fprintf(out, "%.0f", series->sum); break;
    }
}

static void print_line(
    const struct series *series, enum line line, size_t columns, char *text, FILE *out)
{
    struct sparkline spark = {series->values, series->count, lines[line].min, lines[line].max};

    sparkline_draw(&spark, lines[line].shape, columns, text);
    fprintf(out, "%-*s%s  ", LABEL, lines[line].label, text);
    print_words(series, line, out);
    putc('\n', out);
}

static size_t columns_of(size_t terminal, size_t count)
{
    size_t room = terminal > LABEL + WORDS + COLUMNS_MIN ? terminal - LABEL - WORDS : COLUMNS_MIN;

    return terminal == 0 || room > count ? count : room;
}

int history_chart_print(
    const json_t *hours, int64_t now_ms, size_t columns, FILE *out, struct err *err)
{
    int64_t first_ms = field_integer(json_array_get(hours, 0), "hour_ms", 0);
    int64_t count = now_ms / HOUR_MS - first_ms / HOUR_MS;
    struct series series = {.count = count < 1 ? 1 : count > HOURS_MAX ? HOURS_MAX : (size_t)count};
    size_t width = columns_of(columns, series.count);
    char *text = malloc(3 * width + 1);
    char from[CLOCK_TEXT_SIZE];

    series.values = malloc(series.count * sizeof *series.values);
    if (text == NULL || series.values == NULL) {
        free(text);
        free(series.values);
        return err_set(err, ERR_NO_MEMORY, "no memory for the history");
    }
    clock_format(first_ms, from);
    fprintf(out, "%zu hours from %s\n", series.count, from);
    for (int line = 0; line < LINES; line++) {
        fill(&series, (enum line)line, hours, first_ms);
        if (line == ONLINE)
            make_share(&series);
        print_line(&series, (enum line)line, width, text, out);
    }
    free(text);
    free(series.values);
    return 0;
}
