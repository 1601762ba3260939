// The lines of a configuration file, over libinih.
#include "server/config/config_lines.h"

#include <ini.h>
#include <stdbool.h>
#include <string.h>

#define SECTION_MAX 48 // bytes; libinih cuts a longer name

struct reading {
    int (*take)(const struct config_line *line, void *ctx, struct err *err);
    void *ctx;
    const char *text;            // what is not yet read
    size_t left;                 // its bytes
    int line;                    // the last that was read
    bool is_indented;            // it began with a blank
    char empty[SECTION_MAX + 1]; // the section that has no setting so far
    int empty_line;              // where it begins; 0: there is none
    struct err err;              // the first mistake
};

// What people write behind or around a value, and which would be a part of it.
static int check_value(const char *name, const char *value, struct err *err)
{
    size_t n = strlen(value);
    const char *hash = strchr(value, '#');

    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)value[i] < ' ' || value[i] == 0x7f)
            return err_set(err, ERR_INVALID, "%s: the value has a control character", name);
    }
    if (strchr(value, ';') != NULL || (hash != NULL && (hash == value || hash[-1] == ' ')))
        return err_set(err, ERR_INVALID,
            "%s: '%s': a comment after a value must begin with a blank and a ';'", name, value);
    if (n > 0 && (strchr("\"'", value[0]) != NULL || strchr("\"'", value[n - 1]) != NULL))
        return err_set(err, ERR_INVALID, "%s: %s: write the value without quotes", name, value);
    return 0;
}

// libinih's way: 0 marks the line as wrong, and the first such line is what ini_parse() returns.
static int handle_setting(void *ctx, const char *section, const char *name, const char *value)
{
    struct reading *reading = ctx;
    struct config_line line = {section, name, value, reading->line};

    if (reading->err.code != 0)
        return 0;
    reading->empty_line = 0;
    // It hands an indented line to the setting before it, as if it stood there again.
    if (reading->is_indented)
        err_set(&reading->err, ERR_INVALID, "a setting must begin at the start of its line");
    else if (check_value(name, value, &reading->err) == 0)
        return reading->take(&line, reading->ctx, &reading->err) == 0;
    return 0;
}

// What libinih reads as something else than it looks like, or not at all.
static int check_line(const char *line, size_t n, struct err *err)
{
    const char *start = line + strspn(line, " \t");
    const char *bracket = *start == '[' ? strchr(start, ']') : NULL;
    const char *rest = bracket != NULL ? bracket + 1 + strspn(bracket + 1, " \t\r\n") : "";
    const char *cr = strchr(line, '\r');

    if (memchr(line, '\0', n) != NULL) // which would hide what follows it
        return err_set(err, ERR_INVALID, "the line contains a NUL");
    if (cr != NULL && strcmp(cr, "\r\n") != 0 && cr[1] != '\0')
        return err_set(err, ERR_INVALID, "the line contains a carriage return");
    if (bracket != NULL && bracket - start - 1 > SECTION_MAX)
        return err_set(err, ERR_INVALID, "the section's name has more than %d bytes", SECTION_MAX);
    if (*rest != '\0' && *rest != ';' && *rest != '#')
        return err_set(err, ERR_INVALID, "a section's name must be on a line of its own");
    return 0;
}

// libinih tells of sections by their settings alone.
static int end_section(struct reading *reading)
{
    struct config_line line = {reading->empty, NULL, NULL, reading->empty_line};

    if (reading->empty_line == 0)
        return 0;
    reading->empty_line = 0;

    int rc = reading->take(&line, reading->ctx, &reading->err);

    if (rc < 0)
        reading->line = line.number;
    return rc;
}

// The line was checked.
static int begin_section(struct reading *reading, const char *line)
{
    const char *start = line + strspn(line, " \t");
    const char *bracket = *start == '[' ? strchr(start, ']') : NULL;
    int rc;

    if (bracket == NULL)
        return 0;
    rc = end_section(reading);
    if (rc < 0)
        return rc;
    memcpy(reading->empty, start + 1, (size_t)(bracket - start - 1));
    reading->empty[bracket - start - 1] = '\0';
    reading->empty_line = reading->line;
    return 0;
}

// libinih's way, as fgets(3): it would take the rest of a long line for a line of its own.
static char *read_line(char *buffer, int size, void *stream)
{
    struct reading *reading = stream;
    const char *end = reading->left > 0 ? memchr(reading->text, '\n', reading->left) : NULL;
    size_t n = end != NULL ? (size_t)(end - reading->text) + 1 : reading->left;

    if (reading->err.code != 0 || n == 0)
        return NULL;
    reading->line++;
    if (n >= (size_t)size) {
        err_set(&reading->err, ERR_INVALID, "the line has more than %d bytes", size - 1);
        return NULL;
    }
    memcpy(buffer, reading->text, n);
    buffer[n] = '\0';
    if (check_line(buffer, n, &reading->err) < 0 || begin_section(reading, buffer) < 0)
        return NULL;
    reading->is_indented = buffer[0] == ' ' || buffer[0] == '\t';
    reading->text += n;
    reading->left -= n;
    return buffer;
}

int config_lines_read(const struct config_lines *lines,
    int (*take)(const struct config_line *line, void *ctx, struct err *err), void *ctx,
    struct err *err)
{
    struct reading reading = {.take = take, .ctx = ctx, .text = lines->text, .left = lines->n};
    int wrong = ini_parse_stream(read_line, &reading, handle_setting, &reading);

    if (wrong == 0 && reading.err.code == 0)
        (void)end_section(&reading);
    if (wrong == 0 && reading.err.code != 0)
        wrong = reading.line;
    if (wrong == 0)
        return 0;
    return err_set(err, reading.err.code == ERR_NO_MEMORY ? ERR_NO_MEMORY : ERR_INVALID,
        "%s:%d: %s", lines->name, wrong,
        reading.err.code != 0 ? reading.err.message : "neither [section] nor name = value");
}
