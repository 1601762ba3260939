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

// Fields between dots, none of them empty; each all digits or all letters unless they may be mixed.
static bool fields_are_valid(const char *s, size_t n, bool mixed)
{
    size_t i = 0;

    do {
        size_t start = i;
        bool digits = mixed || (i < n && is_digit(s[i]));
        bool letters = mixed || !digits;

        while (i < n && ((digits && is_digit(s[i])) || (letters && is_letter(s[i]))))
            i++;
        if (i == start || (i < n && s[i] != '.'))
            return false;
    } while (i++ < n);
    return true;
}

// Fields all of digits or all of letters; a "v" may stand before a number, as in v1.2.3.
static bool release_is_valid(const char *s, size_t n, bool numbered)
{
    if (n > 1 && s[0] == 'v' && is_digit(s[1])) {
        s++;
        n--;
    }
    return (!numbered || (n > 0 && is_digit(s[0]))) && fields_are_valid(s, n, false);
}

// The place behind the last '-' of the first n characters; 0 if there is none.
static size_t behind_dash(const char *s, size_t n)
{
    while (n > 0 && s[n - 1] != '-')
        n--;
    return n;
}

// Where the version begins: behind the last '-'; behind the one before it if a release of several
// fields stands between the two and what follows is a pre-release, as in 1.0-rc1. 0 if nowhere.
static size_t find_version(const char *s, size_t n)
{
    size_t last = behind_dash(s, n);

    if (last < 2)
        return 0;
    if (release_is_valid(s + last, n - last, true))
        return last;

    size_t before = behind_dash(s, last - 1);
    size_t size = last - 1 - before;

    if (before >= 2 && memchr(s + before, '.', size) != NULL &&
        release_is_valid(s + before, size, true) && fields_are_valid(s + last, n - last, true))
        return before;
    return release_is_valid(s + last, n - last, false) ? last : 0;
}

bool image_name_parse(const char *s, size_t n, struct image_name *out)
{
    size_t version = n <= IMAGE_NAME_MAX ? find_version(s, n) : 0;

    if (version == 0 || !board_is_valid(s, version - 1))
        return false;
    memset(out, 0, sizeof *out);
    memcpy(out->text, s, n);
    memcpy(out->board, s, version - 1);
    memcpy(out->version, s + version, n - version);
    return true;
}
