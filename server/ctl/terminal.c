// What there is to print on.
#include "server/ctl/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_DEFAULT 80
#define ROWS_DEFAULT 24
#define SIZE_LIMIT 10000

static size_t from_environment(const char *name)
{
    const char *text = getenv(name);
    long value = text != NULL ? strtol(text, NULL, 10) : 0;

    return value > 0 && value < SIZE_LIMIT ? (size_t)value : 0;
}

static size_t first_set(size_t a, size_t b, size_t c)
{
    return a != 0 ? a : b != 0 ? b : c;
}

static bool is_set(const char *name)
{
    const char *text = getenv(name);

    return text != NULL && text[0] != '\0';
}

void terminal_describe(int fd, struct terminal *out)
{
    struct winsize size = {0};
    const char *kind = getenv("TERM");

    *out = (struct terminal){0};
    if (isatty(fd) != 1)
        return;
    out->is_terminal = true;
    out->colour = !is_set("NO_COLOR") && kind != NULL && strcmp(kind, "dumb") != 0;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0)
        size = (struct winsize){0};
    out->columns = first_set(from_environment("COLUMNS"), size.ws_col, COLUMNS_DEFAULT);
    out->rows = first_set(from_environment("LINES"), size.ws_row, ROWS_DEFAULT);
}
