// Image names and the order of versions.
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

// Both fields are digits: leading zeros count for nothing, so the longer rest is the larger.
static int compare_numbers(const char *a, size_t a_length, const char *b, size_t b_length)
{
    while (a_length > 0 && *a == '0') {
        a++;
        a_length--;
    }
    while (b_length > 0 && *b == '0') {
        b++;
        b_length--;
    }
    if (a_length != b_length)
        return a_length < b_length ? -1 : 1;
    return memcmp(a, b, a_length);
}

static int compare_fields(const char *a, size_t a_length, const char *b, size_t b_length)
{
    if (is_digit(*a) != is_digit(*b))
        return is_digit(*a) ? -1 : 1;
    if (is_digit(*a))
        return compare_numbers(a, a_length, b, b_length);
    if (a_length != b_length)
        return a_length < b_length ? -1 : 1;
    return memcmp(a, b, a_length);
}

int image_version_compare(const char *a, const char *b)
{
    for (;;) {
        size_t a_length = strcspn(a, ".");
        size_t b_length = strcspn(b, ".");
        int order = compare_fields(a, a_length, b, b_length);

        if (order != 0)
            return order;
        a += a_length;
        b += b_length;
        if (*a == '\0' || *b == '\0')
            return *a == *b ? 0 : *a == '\0' ? -1 : 1;
        a++;
        b++;
    }
}
