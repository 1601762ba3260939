#ifndef CONFIG_LINES_H
#define CONFIG_LINES_H

#include <stddef.h>

#include "server/base/err.h"

// The text of a configuration file; name stands for the file in messages.
struct config_lines {
    const char *name;
    const char *text;
    size_t n;
};

// A setting, and the line on which it stands; or a section without settings.
struct config_line {
    const char *section;
    const char *name;  // NULL: a section
    const char *value; // NULL: a section
    int number;
};

// Reads an INI text and hands each setting, and each section that has none, to take(), until that
// fails. A line that looks like more than it says is refused: what would be cut, a NUL or another
// control character, quotes, a comment that would be a part of its value, an indented setting,
// something behind a section's name. Lines may end with CR LF, and the text may begin with a byte
// order mark of UTF-8. ERR_INVALID names file and line of the first mistake.
ERR_CHECKED int config_lines_read(const struct config_lines *lines,
    int (*take)(const struct config_line *line, void *ctx, struct err *err), void *ctx,
    struct err *err);

#endif
