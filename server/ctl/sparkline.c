// Numbers as a line of blocks.
#include "server/ctl/sparkline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS 8
#define BLOCK_BYTES 3

// What the values from first to before `end` come to; NAN if none is known.
static double reduce(
    const struct sparkline *line, enum sparkline_shape shape, size_t first, size_t end)
{
    double sum = 0;
    double lowest = NAN;
    size_t known = 0;

    for (size_t i = first; i < end; i++) {
        double value = line->values[i];

        if (isnan(value))
            continue;
        known++;
        sum += value;
        if (isnan(lowest) || value < lowest)
            lowest = value;
    }
    if (known == 0)
        return NAN;
    return shape == SPARKLINE_SUM ? sum : shape == SPARKLINE_LOWEST ? lowest : sum / (double)known;
}

// The i-th of n columns.
static double column(const struct sparkline *line, enum sparkline_shape shape, size_t i, size_t n)
{
    return reduce(line, shape, i * line->count / n, (i + 1) * line->count / n);
}

static char *put(char *out, const struct sparkline *line, double value)
{
    double share = line->max > line->min ? (value - line->min) / (line->max - line->min) : 0;
    int block;

    if (isnan(value)) {
        *out = ' ';
        return out + 1;
    }
    block = (int)(share * BLOCKS);
    block = block < 0 ? 0 : block >= BLOCKS ? BLOCKS - 1 : block;
    out[0] = (char)0xe2;
    out[1] = (char)0x96;
    out[2] = (char)(0x81 + block);
    return out + BLOCK_BYTES;
}

void sparkline_draw(
    const struct sparkline *line, enum sparkline_shape shape, size_t columns, char *out)
{
    size_t n = line->count < columns ? line->count : columns;
    struct sparkline scaled = *line;

    for (size_t i = 0; i < n; i++) {
        double value = column(line, shape, i, n);

        if (isnan(line->min) && !isnan(value) && !(value >= scaled.min))
            scaled.min = value;
        if (isnan(line->max) && !isnan(value) && !(value <= scaled.max))
            scaled.max = value;
    }
    for (size_t i = 0; i < n; i++)
        out = put(out, &scaled, column(line, shape, i, n));
    *out = '\0';
}

bool sparkline_can_be_shown(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);

        if (value != NULL && value[0] != '\0')
            return strcasestr(value, "utf-8") != NULL || strcasestr(value, "utf8") != NULL;
    }
    return false;
}
