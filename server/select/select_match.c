// Patterns.
#include "server/select/select_match.h"

#include <stddef.h>

static const char *skip_character(const char *s)
{
    do
        s++;
    while (((unsigned char)*s & 0xc0) == 0x80);
    return s;
}

bool select_match(const char *pattern, const char *text)
{
    const char *star = NULL; // behind the last '*'
    const char *from = NULL; // where the text went on behind what that took

    while (*text != '\0') {
        if (*pattern == '*') {
            star = ++pattern;
            from = text;
        } else if (*pattern == '?') {
            pattern++;
            text = skip_character(text);
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (star != NULL) {
            pattern = star;
            text = from = skip_character(from);
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}
