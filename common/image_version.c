// The order of versions.
#include "common/image_version.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
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
