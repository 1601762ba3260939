// Image names.
#include "common/image_name.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool board_is_valid(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(s[i]) && !is_letter(s[i]) && s[i] != '_' && s[i] != '.' && s[i] != '-')
            return false;
    }
    return n > 0 && s[0] != '-' && s[0] != '.';
}

static bool version_is_valid(const char *s, size_t n)
{
    size_t i = 0;

    do {
        size_t start = i;
        bool digits = i < n && is_digit(s[i]);

        while (i < n && (digits ? is_digit(s[i]) : is_letter(s[i])))
            i++;
        if (i == start || (i < n && s[i] != '.'))
            return false;
    } while (i++ < n);
    return true;
}

bool image_name_parse(const char *s, size_t n, struct image_name *out)
{
    size_t dash = n;

    if (n > IMAGE_NAME_MAX)
        return false;
    while (dash > 0 && s[dash - 1] != '-')
        dash--;
    if (dash < 2 || !board_is_valid(s, dash - 1) || !version_is_valid(s + dash, n - dash))
        return false;
    memset(out, 0, sizeof *out);
    memcpy(out->text, s, n);
    memcpy(out->board, s, dash - 1);
    memcpy(out->version, s + dash, n - dash);
    return true;
}
