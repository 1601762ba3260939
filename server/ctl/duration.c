// Durations as people give them, and read them.
#include "server/ctl/duration.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define LONGEST_S (INT64_C(36525) * 86400)

static const struct {
    char name;
    int64_t seconds;
} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};

bool duration_parse(const char *text, int64_t *seconds)
{
    size_t digits = strspn(text, "0123456789");
    int64_t count = 0;

    if (digits == 0 || digits > 10 || strlen(text) != digits + 1)
        return false;
    for (size_t i = 0; i < digits; i++)
        count = 10 * count + (text[i] - '0');
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (text[digits] == units[i].name && count <= LONGEST_S / units[i].seconds) {
            *seconds = count * units[i].seconds;
            return true;
        }
    }
    return false;
}

void duration_format(int64_t seconds, char out[TEXT_SHORT_SIZE])
{
    size_t i = sizeof units / sizeof units[0] - 1;

    while (i > 0 && (seconds == 0 || seconds % units[i].seconds != 0))
        i--;
    snprintf(
        out, TEXT_SHORT_SIZE, "%lld%c", (long long)(seconds / units[i].seconds), units[i].name);
}
