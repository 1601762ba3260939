// Statuses in their plain form, read in one pass.
#include "server/ingest/status_scan.h"

#include <string.h>

#include "common/contract.h"
#include "server/ingest/status_member.h"

#define MEMBERS_MAX 24 // of one status
#define DIGITS_MAX 15  // exact in every reader of JSON

// A piece of the payload.
struct span {
    const uint8_t *p;
    size_t n;
};

struct scan {
    const uint8_t *at;
    const uint8_t *end;
    struct span names[MEMBERS_MAX];
    size_t count;
};

// RFC 8259, 2.
static void skip_space(struct scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
        s->at++;
}

static bool take(struct scan *s, uint8_t c)
{
    skip_space(s);
    if (s->at == s->end || *s->at != c)
        return false;
    s->at++;
    return true;
}

static bool take_text(struct scan *s, struct span *out)
{
    if (!take(s, '"'))
        return false;
    out->p = s->at;
    while (s->at < s->end && *s->at >= 0x20 && *s->at < 0x7f && *s->at != '"' && *s->at != '\\')
        s->at++;
    out->n = (size_t)(s->at - out->p);
    return s->at < s->end && *s->at++ == '"';
}

static bool is_digit(const struct scan *s)
{
    return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

// What makes it more than an integer is left, where nothing of the kind may stand.
static bool take_integer(struct scan *s, int64_t *out)
{
    bool negative = *s->at == '-';
    int64_t value = 0;
    const uint8_t *first;

    s->at += negative;
    first = s->at;
    while (is_digit(s) && s->at - first < DIGITS_MAX)
        value = value * 10 + (*s->at++ - '0');
    if (s->at == first || is_digit(s) || (*first == '0' && s->at - first > 1))
        return false;
    *out = negative ? -value : value;
    return true;
}

static bool take_literal(struct scan *s)
{
    static const char *const literals[] = {"true", "false", "null"};

    for (size_t i = 0; i < sizeof literals / sizeof literals[0]; i++) {
        size_t n = strlen(literals[i]);

        if ((size_t)(s->end - s->at) >= n && memcmp(s->at, literals[i], n) == 0) {
            s->at += n;
            return true;
        }
    }
    return false;
}

static bool equals(struct span a, const char *text, size_t n)
{
    return a.n == n && memcmp(a.p, text, n) == 0;
}

static bool set_text(
    struct device_status *out, const struct status_member *member, struct span text)
{
    char *to = status_member_text(out, member);

    if (text.n >= member->size && !member->cut)
        return false;
    if (text.n >= member->size)
        text.n = member->size - 1;
    memcpy(to, text.p, text.n);
    to[text.n] = '\0';
    return true;
}

// A value that is not as the member's are is left to the other reader.
static bool take_value(
    struct scan *s, const struct status_member *member, struct device_status *out)
{
    struct span text;
    int64_t number;

    skip_space(s);
    if (s->at == s->end)
        return false;
    if (*s->at == '"')
        return take_text(s, &text) &&
               (member == NULL || (member->bit == 0 && set_text(out, member, text)));
    if (*s->at != '-' && !is_digit(s))
        return (member == NULL || *s->at == 'n') && take_literal(s);
    return take_integer(s, &number) &&
           (member == NULL || (member->bit != 0 && status_member_set_number(out, member, number)));
}

// No name twice.
static bool take_name(struct scan *s, struct span *out)
{
    if (s->count == MEMBERS_MAX || !take_text(s, out))
        return false;
    for (size_t i = 0; i < s->count; i++) {
        if (equals(*out, (const char *)s->names[i].p, s->names[i].n))
            return false;
    }
    s->names[s->count++] = *out;
    return true;
}

bool status_scan(const uint8_t *p, size_t n, struct device_status *out)
{
    struct scan s = {.at = p, .end = p + n};
    struct span name;

    memset(out, 0, sizeof *out);
    if (n > CONTRACT_PAYLOAD_MAX || !take(&s, '{'))
        return false;
    do {
        if (!take_name(&s, &name) || !take(&s, ':') ||
            !take_value(&s, status_member_find((const char *)name.p, name.n), out))
            return false;
    } while (take(&s, ','));
    if (!take(&s, '}'))
        return false;
    skip_space(&s);
    return s.at == s.end;
}
