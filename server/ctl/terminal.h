#ifndef CTL_TERMINAL_H
#define CTL_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

// What standard output is.
struct terminal {
    bool is_terminal;
    bool colour;    // a terminal, without NO_COLOR (no-color.org), not dumb
    size_t columns; // 0: as wide as it takes
    size_t rows;    // 0: as high as it takes
};

// Finds out about a file descriptor. COLUMNS and LINES go before what the terminal says.
void terminal_describe(int fd, struct terminal *out);

#endif
