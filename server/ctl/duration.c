// Durations as people give them.
#include "server/ctl/duration.h"

#include <stddef.h>
#include <string.h>

#define LONGEST_S (INT64_C(36525) * 86400)

bool duration_parse(const char *text, int64_t *seconds)
{
    static const struct {
        char name;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
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
