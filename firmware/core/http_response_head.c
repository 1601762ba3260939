// Streaming parser of an HTTP response's head.
#include "firmware/core/http_response_head.h"

#include <string.h>

void http_response_head_init(struct http_response_head *head)
{
    memset(head, 0, sizeof *head);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int malformed(struct failure *failure, const char *why)
{
    return failure_set(failure, RESULT_HTTP_MALFORMED, "answer: %s", why);
}

// "HTTP/1.1 200 OK"; the reason is optional.
static int read_status(struct http_response_head *head, struct failure *failure)
{
    const char *s = head->line;

    if (head->used < 12 || memcmp(s, "HTTP/1.", 7) != 0 || !is_digit(s[7]) || s[8] != ' ')
        return malformed(failure, "is not HTTP/1.1");
    if (!is_digit(s[9]) || !is_digit(s[10]) || !is_digit(s[11]) || s[9] == '0')
        return malformed(failure, "has no status");
    if (s[12] != '\0' && s[12] != ' ')
        return malformed(failure, "has no status");
    head->status = (s[9] - '0') * 100 + (s[10] - '0') * 10 + (s[11] - '0');
    return 0;
}

// The value of the line's field if its name is that one, else NULL.
static const char *field_value(const char *line, const char *name)
{
    for (; *name != '\0'; name++, line++) {
        if (to_lower(*line) != *name)
            return NULL;
    }
    if (*line++ != ':')
        return NULL;
    while (*line == ' ' || *line == '\t')
        line++;
    return line;
}

// Reads a number of 32 bits, with blanks behind it at most. False, and out untouched, if s is none.
static bool read_number(const char *s, uint32_t *out)
{
    uint32_t number = 0;

    if (!is_digit(*s))
        return false;
    for (; is_digit(*s); s++) {
        const uint32_t digit = (uint32_t)(*s - '0');

        if (number > UINT32_MAX / 10 || digit > UINT32_MAX - number * 10)
            return false;
        number = number * 10 + digit;
    }
    while (*s == ' ' || *s == '\t')
        s++;
    if (*s != '\0')
        return false;
    *out = number;
    return true;
}

static int read_length(struct http_response_head *head, const char *s, struct failure *failure)
{
    uint32_t length;

    if (!read_number(s, &length))
        return malformed(failure, "has a bad Content-Length");
    if (head->has_length && head->content_length != length)
        return malformed(failure, "has two Content-Lengths");
    head->has_length = true;
    head->content_length = length;
    return 0;
}

static int read_field(struct http_response_head *head, struct failure *failure)
{
    const char *length = field_value(head->line, "content-length");
    const char *retry = field_value(head->line, "retry-after");
    size_t name_size = strcspn(head->line, ": \t");

    // No blank stands before the colon, lest somebody reads a name that we do not (RFC 9112, 5.1).
    if (name_size == 0 || head->line[name_size] != ':')
        return malformed(failure, "has a line that is no field");
    if (field_value(head->line, "transfer-encoding") != NULL)
        return malformed(failure, "is chunked");
    if (retry != NULL)
        (void)read_number(retry, &head->retry_after_s);
    return length == NULL ? 0 : read_length(head, length, failure);
}

// An interim answer (1xx) is followed by the real one.
static void end_head(struct http_response_head *head)
{
    size_t total = head->total;

    if (head->status >= 200) {
        head->done = true;
        return;
    }
    http_response_head_init(head);
    head->total = total;
}

static int end_line(struct http_response_head *head, struct failure *failure)
{
    int rc = 0;

    if (head->used > 0 && head->line[head->used - 1] == '\r')
        head->used--;
    head->line[head->used] = '\0';
    if (strlen(head->line) != head->used)
        return malformed(failure, "has a NUL in its head");
    if (head->status == 0)
        rc = read_status(head, failure);
    else if (head->used > 0)
        rc = read_field(head, failure);
    else
        end_head(head);
    head->used = 0;
    return rc;
}

int http_response_head_feed(
    struct http_response_head *head, const uint8_t *p, size_t n, struct failure *failure)
{
    size_t i = 0;

    while (i < n && !head->done) {
        char c = (char)p[i++];

        if (++head->total > HTTP_RESPONSE_HEAD_MAX)
            return malformed(failure, "has too long a head");
        if (c == '\n') {
            int rc = end_line(head, failure);

            if (rc < 0)
                return rc;
        } else if (head->used == HTTP_RESPONSE_HEAD_LINE_MAX) {
            return malformed(failure, "has too long a line");
        } else {
            head->line[head->used++] = c;
        }
    }
    return (int)i;
}
