// The order of versions.
#include "common/image_version.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits(const char *s)
{
    size_t n = 0;

    while (is_digit(s[n]))
        n++;
    return n;
}

// Two numbers, or two fields of letters. Leading zeros count for nothing, so the longer rest is the
// larger; and letters have none.
static int compare_alike(const char *a, size_t a_length, const char *b, size_t b_length)
{
    for (; a_length > 0 && *a == '0'; a_length--)
        a++;
    for (; b_length > 0 && *b == '0'; b_length--)
        b++;
    if (a_length != b_length)
        return a_length < b_length ? -1 : 1;
    return memcmp(a, b, a_length);
}

// Compares what stands before a pre-release and moves both texts to its end.
static int compare_releases(const char **a, const char **b)
{
    for (;;) {
        size_t a_length = strcspn(*a, ".-");
        size_t b_length = strcspn(*b, ".-");
        int order = is_digit(**a) != is_digit(**b) ? is_digit(**b) - is_digit(**a)
                                                   : compare_alike(*a, a_length, *b, b_length);

        if (order != 0)
            return order;
        *a += a_length;
        *b += b_length;
        if (**a != '.' || **b != '.')
            return (**a == '.') - (**b == '.');
        ++*a;
        ++*b;
    }
}

// Of digits, letters and '.', which alone stand there.
static int lower(char c)
{
    return c | 0x20;
}

// Character by character, but numbers by value; what ends first comes first.
static int compare_pre_releases(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {
        size_t a_length = digits(a);
        size_t b_length = digits(b);
        int order = a_length > 0 && b_length > 0 ? compare_alike(a, a_length, b, b_length)
                                                 : lower(*a) - lower(*b);

        if (order != 0)
            return order;
        a += a_length > 0 ? a_length : 1;
        b += b_length > 0 ? b_length : 1;
    }
    return (*a != '\0') - (*b != '\0');
}

static const char *skip_mark(const char *s)
{
    return s[0] == 'v' && is_digit(s[1]) ? s + 1 : s;
}

int image_version_compare(const char *a, const char *b)
{
    a = skip_mark(a);
    b = skip_mark(b);

    int order = compare_releases(&a, &b);

    if (order != 0)
        return order;
    if (*a == '\0' || *b == '\0') // the release itself is newer than its pre-releases
        return (*a == '\0') - (*b == '\0');
    return compare_pre_releases(a + 1, b + 1);
}
