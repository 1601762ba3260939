// The Range header.
#include "server/download/download_range.h"

#include <stdbool.h>
#include <stddef.h>
#include <strings.h>

// Reads digits; false without any, or if the number does not fit 63 bits.
static bool read_number(const char **s, uint64_t *out)
{
    const char *start = *s;
    uint64_t value = 0;

    for (; **s >= '0' && **s <= '9'; (*s)++) {
        if (value > (INT64_MAX - 9) / 10)
            return false;
        value = value * 10 + (uint64_t)(**s - '0');
    }
    *out = value;
    return *s != start;
}

struct download_range download_range_of(const char *header, uint64_t size)
{
    struct download_range whole = {DOWNLOAD_RANGE_WHOLE, 0, size};
    struct download_range unsatisfiable = {DOWNLOAD_RANGE_UNSATISFIABLE, 0, 0};
    uint64_t first = 0;
    uint64_t last = UINT64_MAX;

    if (header == NULL || strncasecmp(header, "bytes=", 6) != 0)
        return whole;
    header += 6;

    bool has_first = read_number(&header, &first);

    if (*header++ != '-')
        return whole;

    bool has_last = read_number(&header, &last);

    if (*header != '\0' || (!has_first && !has_last))
        return whole;
    if (!has_first) { // the last so many bytes
        if (last == 0 || size == 0)
            return unsatisfiable;
        first = last < size ? size - last : 0;
        last = size - 1;
    }
    if (has_first && has_last && last < first)
        return whole;
    if (first >= size)
        return unsatisfiable;
    if (!has_last || last >= size)
        last = size - 1;
    return (struct download_range){DOWNLOAD_RANGE_PART, first, last - first + 1};
}
