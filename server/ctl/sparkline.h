#ifndef CTL_SPARKLINE_H
#define CTL_SPARKLINE_H

#include <stdbool.h>
#include <stddef.h>

// Numbers as a line of blocks (U+2581 to U+2588), each a column wide.

// Values that are not known are NAN: blanks.
struct sparkline {
    const double *values;
    size_t count;
    double min, max; // the lowest block, and the highest; NAN: as what is drawn
};

enum sparkline_shape { SPARKLINE_MEAN, SPARKLINE_SUM, SPARKLINE_LOWEST };

// Writes as many columns, at most `columns`, as there are values; of more values some share a
// column, as the shape has it. out has room for 3 * columns + 1 bytes.
void sparkline_draw(
    const struct sparkline *line, enum sparkline_shape shape, size_t columns, char *out);

// Whether the environment's locale is in UTF-8.
bool sparkline_can_be_shown(void);

#endif
