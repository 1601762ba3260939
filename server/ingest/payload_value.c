// Values in payloads.
#include "server/ingest/payload_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/ingest/payload_text.h"

static size_t count_digits(const char *p, size_t n)
{
    size_t count = 0;

    while (count < n && p[count] >= '0' && p[count] <= '9')
        count++;
    return count;
}

// The length of an exponent that begins there; 0 if none does.
static size_t count_exponent(const char *p, size_t n)
{
    size_t sign = n > 1 && (p[1] == '+' || p[1] == '-');
    size_t digits;

    if (n == 0 || (p[0] != 'e' && p[0] != 'E'))
        return 0;
    digits = count_digits(p + 1 + sign, n - 1 - sign);
    return digits > 0 ? 1 + sign + digits : 0;
}

static enum payload_value_form form_of(const char *p, size_t n)
{
    size_t at = n > 0 && (p[0] == '-' || p[0] == '+');
    size_t whole = count_digits(p + at, n - at);
    bool exact = (n == 0 || p[0] != '+') && whole > 0 && (whole == 1 || p[at] != '0');
    bool point;
    size_t fraction = 0;

    at += whole;
    point = at < n && p[at] == '.';
    if (point) {
        fraction = count_digits(p + at + 1, n - at - 1);
        at += 1 + fraction;
    }
    at += count_exponent(p + at, n - at);
    if (at != n || whole + fraction == 0)
        return PAYLOAD_VALUE_NONE;
    return exact && (!point || fraction > 0) ? PAYLOAD_VALUE_EXACT : PAYLOAD_VALUE_LOOSE;
}

enum payload_value_form payload_value_number(const char *p, size_t n, double *out)
{
    char text[CONTRACT_PAYLOAD_MAX + 1];
    enum payload_value_form form = form_of(p, n);
    double value;

    if (form == PAYLOAD_VALUE_NONE || n >= sizeof text)
        return PAYLOAD_VALUE_NONE;
    memcpy(text, p, n);
    text[n] = '\0';
    value = strtod(text, NULL);
    if (!isfinite(value))
        return PAYLOAD_VALUE_NONE;
    *out = value;
    return form;
}

size_t payload_value_word(const struct payload_cursor *cursor)
{
    size_t at = cursor->at;

    while (at < cursor->n && cursor->p[at] > ' ' && strchr(",{}[]\"", cursor->p[at]) == NULL)
        at++;
    return at - cursor->at;
}

bool payload_value_is_literal(const char *p, size_t n)
{
    static const char *const literals[] = {"true", "false", "null"};

    for (size_t i = 0; i < sizeof literals / sizeof literals[0]; i++) {
        if (strlen(literals[i]) == n && memcmp(literals[i], p, n) == 0)
            return true;
    }
    return false;
}

// What is to stand next in an object or array.
enum expected { VALUE, FIRST_VALUE, NAME, FIRST_NAME, COMMA };

struct nesting {
    struct payload_cursor *cursor;
    bool objects[PAYLOAD_VALUE_DEPTH_MAX]; // else an array
    size_t depth;
    enum expected expected;
    enum payload_fault_kind fault; // if it is no JSON
};

static bool refuse(struct nesting *nesting, enum payload_fault_kind fault)
{
    nesting->fault = payload_cursor_at_end(nesting->cursor) ? PAYLOAD_FAULT_CUT : fault;
    return false;
}

static bool take_text(struct nesting *nesting)
{
    struct payload_cursor *cursor = nesting->cursor;
    char text[PAYLOAD_TEXT_GROWTH * CONTRACT_PAYLOAD_MAX + 1];
    struct payload_faults faults = {0};
    struct payload_cursor inner = {cursor->p, cursor->n, cursor->at, &faults};
    size_t length;
    bool ended = payload_cursor_byte(cursor) == '"' && payload_text_read(&inner, text, &length);

    if (faults.count > 0) {
        cursor->at = faults.items[0].position;
        nesting->fault = faults.items[0].kind;
        return false;
    }
    cursor->at = inner.at;
    return ended || refuse(nesting, PAYLOAD_FAULT_NAME);
}

static bool open_level(struct nesting *nesting)
{
    bool object = payload_cursor_byte(nesting->cursor) == '{';

    if (nesting->depth + 1 >= PAYLOAD_VALUE_DEPTH_MAX)
        return refuse(nesting, PAYLOAD_FAULT_TOO_DEEP);
    nesting->objects[nesting->depth++] = object;
    nesting->expected = object ? FIRST_NAME : FIRST_VALUE;
    nesting->cursor->at++;
    return true;
}

static bool close_level(struct nesting *nesting)
{
    bool object = payload_cursor_byte(nesting->cursor) == '}';

    if (object != nesting->objects[nesting->depth - 1])
        return refuse(nesting, PAYLOAD_FAULT_VALUE);
    nesting->depth--;
    nesting->expected = COMMA;
    nesting->cursor->at++;
    return true;
}

static bool take_value(struct nesting *nesting)
{
    struct payload_cursor *cursor = nesting->cursor;
    uint8_t byte = payload_cursor_byte(cursor);
    const char *word = (const char *)cursor->p + cursor->at;
    size_t n = payload_value_word(cursor);
    double number;

    nesting->expected = COMMA;
    if (byte == '"')
        return take_text(nesting);
    if (byte == '{' || byte == '[')
        return open_level(nesting);
    if (cursor->at + n < cursor->n && !payload_value_is_literal(word, n) &&
        payload_value_number(word, n, &number) != PAYLOAD_VALUE_EXACT)
        return refuse(nesting, PAYLOAD_FAULT_VALUE);
    cursor->at += n; // at the payload's end there may have been more of it
    return true;
}

static bool take_name(struct nesting *nesting)
{
    struct payload_cursor *cursor = nesting->cursor;

    if (!take_text(nesting))
        return false;
    payload_cursor_skip_space(cursor);
    if (payload_cursor_byte(cursor) != ':')
        return refuse(nesting, PAYLOAD_FAULT_COLON);
    cursor->at++;
    nesting->expected = VALUE;
    return true;
}

// One element of an object or array, or what stands between two.
static bool take_one(struct nesting *nesting)
{
    struct payload_cursor *cursor = nesting->cursor;
    uint8_t byte;

    payload_cursor_skip_space(cursor);
    byte = payload_cursor_byte(cursor);

    bool closes = byte == '}' || byte == ']';

    switch (nesting->expected) {
    case FIRST_NAME: return closes ? close_level(nesting) : take_name(nesting);
    case FIRST_VALUE: return closes ? close_level(nesting) : take_value(nesting);
    case NAME: return take_name(nesting);
    case VALUE: return take_value(nesting);
    case COMMA: break;
    }
    if (closes)
        return close_level(nesting);
    if (byte != ',')
        return refuse(nesting, PAYLOAD_FAULT_COMMA);
    cursor->at++;
    nesting->expected = nesting->objects[nesting->depth - 1] ? NAME : VALUE;
    return true;
}

// Goes behind the bracket that closes the one at the cursor; what stands in quotes does not count.
static void skip_brackets(struct payload_cursor *cursor)
{
    size_t depth = 0;
    bool quoted = false;

    for (; cursor->at < cursor->n; cursor->at++) {
        uint8_t byte = cursor->p[cursor->at];

        if (quoted && byte == '\\' && cursor->at + 1 < cursor->n)
            cursor->at++;
        else if (byte == '"')
            quoted = !quoted;
        else if (!quoted && (byte == '{' || byte == '['))
            depth++;
        else if (!quoted && (byte == '}' || byte == ']') && --depth == 0)
            break;
    }
    cursor->at += cursor->at < cursor->n;
}

bool payload_value_skip_nested(struct payload_cursor *cursor)
{
    struct nesting nesting = {.cursor = cursor};
    size_t first = cursor->at;
    bool good = open_level(&nesting);

    while (good && nesting.depth > 0)
        good = take_one(&nesting);
    if (good)
        return true;

    size_t position = cursor->at;

    cursor->at = first;
    skip_brackets(cursor);
    if (nesting.fault != PAYLOAD_FAULT_CUT || !payload_cursor_at_end(cursor))
        payload_fault_add(cursor->faults, nesting.fault, position);
    return false;
}
