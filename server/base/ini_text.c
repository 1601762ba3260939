// Settings in the text of a configuration file.
#include "server/base/ini_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANK " \t"

// Where a setting is, or would be.
struct place {
    const char *line; // its line, NULL: there is none
    const char *end;  // of what stands before the line that is to be put in; NULL: no such section
    const char *value;
    size_t value_size;
};

static size_t line_size(const char *line)
{
    return strcspn(line, "\n");
}

static bool is_section(const char *line, const char *section)
{
    size_t n = strlen(section);

    return line[0] == '[' && strncmp(line + 1, section, n) == 0 && line[1 + n] == ']';
}

// A comment behind a value begins with a blank and a semicolon.
static size_t value_size(const char *value, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (value[i] == ';' && strchr(BLANK, value[i - 1]) != NULL) {
            n = i;
            break;
        }
    }
    while (n > 0 && strchr(BLANK "\r", value[n - 1]) != NULL)
        n--;
    return n;
}

static void take_setting(const char *line, const char *key, struct place *place)
{
    size_t n = strlen(key);

    if (strncmp(line, key, n) != 0)
        return;

    const char *at = line + n + strspn(line + n, BLANK);

    if (*at != '=' && *at != ':')
        return;
    at++;
    at += strspn(at, BLANK);
    place->line = line;
    place->value = at;
    place->value_size = value_size(at, line_size(at));
}

static struct place find(const char *text, const char *section, const char *key)
{
    struct place place = {NULL, NULL, NULL, 0};
    bool is_in = false;

    for (const char *line = text; *line != '\0';) {
        const char *next = line + line_size(line);

        next += *next == '\n';
        if (line[0] == '[')
            is_in = is_section(line, section);
        else if (is_in)
            take_setting(line, key, &place);
        // Also behind comments and before what is blank, where the next section's begin.
        if (is_in && line[strspn(line, BLANK "\r")] != '\n' && line[0] != '\0' &&
            (line[0] != ';' || line[1] != ' '))
            place.end = next;
        line = next;
    }
    return place;
}

bool ini_text_get(const char *text, const char *section, const char *key, char *out, size_t size)
{
    struct place place = find(text, section, key);

    if (place.line == NULL || place.value_size >= size)
        return false;
    memcpy(out, place.value, place.value_size);
    out[place.value_size] = '\0';
    return true;
}

char *ini_text_set(const char *text, const char *section, const char *key, const char *value)
{
    struct place place = find(text, section, key);
    char *out = NULL;
    int rc;

    if (place.line != NULL) {
        const char *rest = place.value + place.value_size;

        rc = asprintf(&out, "%.*s%s%s", (int)(place.value - text), text, value, rest);
    } else if (place.end != NULL) {
        bool is_open = place.end > text && place.end[-1] != '\n'; // the text's last line

        rc = asprintf(&out, "%.*s%s%s = %s\n%s", (int)(place.end - text), text, is_open ? "\n" : "",
            key, value, place.end);
    } else {
        size_t n = strlen(text);

        rc = asprintf(&out, "%s%s\n[%s]\n%s = %s\n", text, n > 0 && text[n - 1] != '\n' ? "\n" : "",
            section, key, value);
    }
    return rc < 0 ? NULL : out;
}
