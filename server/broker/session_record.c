// A line that says whose a client identifier is.
#include "server/broker/session_record.h"

#include <inttypes.h>
#include <string.h>

#define DIGITS_MAX 15 // milliseconds until far beyond the year 9999

// Writes the next word to out, and moves behind the one space that ends it. False if it is none or
// too long.
static bool take_word(const char **line, char *out, size_t size)
{
    size_t n = strcspn(*line, " ");

    if (n == 0 || n >= size || (*line)[n] != ' ')
        return false;
    memcpy(out, *line, n);
    out[n] = '\0';
    *line += n + 1;
    return true;
}

static bool take_time(const char **line, int64_t *out)
{
    char digits[DIGITS_MAX + 1];

    if (!take_word(line, digits, sizeof digits) || strspn(digits, "0123456789") != strlen(digits))
        return false;
    *out = 0;
    for (const char *s = digits; *s != '\0'; s++)
        *out = *out * 10 + (*s - '0');
    return true;
}

bool session_record_parse(const char *line, size_t n, struct session_record *out)
{
    struct session_record record;
    const char *rest = line;

    for (size_t i = 0; i < n; i++) {
        if (line[i] < ' ' || line[i] > '~')
            return false;
    }
    if (!take_time(&rest, &record.seen_ms) || !take_word(&rest, record.role, sizeof record.role) ||
        !take_word(&rest, record.name, sizeof record.name))
        return false;
    if (*rest == '\0' || strlen(rest) > SESSION_RECORD_ID_MAX)
        return false;
    record.client_id = rest;
    *out = record;
    return true;
}

void session_record_print(const struct session_record *record, FILE *stream)
{
    fprintf(stream, "%" PRId64 " %s %s %s\n", record->seen_ms, record->role, record->name,
        record->client_id);
}
