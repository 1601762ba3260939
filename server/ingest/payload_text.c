// Texts in payloads.
#include "server/ingest/payload_text.h"

#include <stdint.h>
#include <string.h>

#include "server/base/utf8.h"

#define REPLACEMENT 0xfffd

// Where a text is read to.
struct reading {
    struct payload_cursor *cursor;
    char *out;
};

static void put(struct reading *r, uint32_t code)
{
    if (code < 0x80) {
        *r->out++ = (char)code;
        return;
    }
    if (code < 0x800) {
        *r->out++ = (char)(0xc0 | code >> 6);
    } else if (code < 0x10000) {
        *r->out++ = (char)(0xe0 | code >> 12);
        *r->out++ = (char)(0x80 | (code >> 6 & 0x3f));
    } else {
        *r->out++ = (char)(0xf0 | code >> 18);
        *r->out++ = (char)(0x80 | (code >> 12 & 0x3f));
        *r->out++ = (char)(0x80 | (code >> 6 & 0x3f));
    }
    *r->out++ = (char)(0x80 | (code & 0x3f));
}

static void put_fault(struct reading *r, enum payload_fault_kind kind, uint32_t code)
{
    payload_cursor_fault(r->cursor, kind);
    put(r, code);
}

static int digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// The code unit of a \uXXXX at that offset from the cursor, or -1.
static int32_t unit_at(const struct payload_cursor *c, size_t offset)
{
    int32_t unit = 0;

    if (c->n - c->at < offset + 6 || c->p[c->at + offset] != '\\' ||
        c->p[c->at + offset + 1] != 'u')
        return -1;
    for (size_t i = offset + 2; i < offset + 6; i++) {
        int value = digit(c->p[c->at + i]);

        if (value < 0)
            return -1;
        unit = unit * 16 + value;
    }
    return unit;
}

static void read_unit(struct reading *r, int32_t unit)
{
    int32_t low = unit >= 0xd800 && unit < 0xdc00 ? unit_at(r->cursor, 6) : -1;

    if (unit == 0) {
        put_fault(r, PAYLOAD_FAULT_NUL, REPLACEMENT);
    } else if (low >= 0xdc00 && low < 0xe000) {
        put(r, 0x10000u + ((uint32_t)(unit - 0xd800) << 10) + (uint32_t)(low - 0xdc00));
        r->cursor->at += 6;
    } else if (unit >= 0xd800 && unit < 0xe000) {
        put_fault(r, PAYLOAD_FAULT_SURROGATE, REPLACEMENT);
    } else {
        put(r, (uint32_t)unit);
    }
    r->cursor->at += 6;
}

// A backslash, and what stands behind it. One before anything else stands for itself.
static void read_escape(struct reading *r)
{
    static const char names[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    struct payload_cursor *c = r->cursor;
    uint8_t next = c->p[c->at + 1]; // there is one, else it would have been cut off here
    const char *name = next != 0 ? strchr(names, next) : NULL;
    int32_t unit = unit_at(c, 0);

    if (unit >= 0) {
        read_unit(r, unit);
    } else if (name != NULL) {
        put(r, (uint8_t)meanings[name - names]);
        c->at += 2;
    } else if (next == '\'') {
        c->at++;
        put_fault(r, PAYLOAD_FAULT_ESCAPE, '\'');
        c->at++;
    } else {
        put_fault(r, PAYLOAD_FAULT_ESCAPE, '\\');
        c->at++;
    }
}

static void read_character(struct reading *r)
{
    struct payload_cursor *c = r->cursor;
    size_t length = utf8_sequence_length(c->p + c->at, c->n - c->at);
    uint8_t byte = c->p[c->at];

    if (length == 0) {
        put_fault(r, PAYLOAD_FAULT_UTF8, REPLACEMENT);
        length = 1;
    } else if (byte == 0) {
        put_fault(r, PAYLOAD_FAULT_NUL, REPLACEMENT);
    } else if (byte < 0x20) {
        put_fault(r, PAYLOAD_FAULT_CONTROL, byte);
    } else {
        memcpy(r->out, c->p + c->at, length);
        r->out += length;
    }
    c->at += length;
}

// Whether what is left is the beginning of one character or escape.
static bool is_beginning(const struct payload_cursor *c)
{
    static const uint8_t first_of_length[] = {0xc0, 0xe0, 0xf0};
    size_t left = c->n - c->at;
    const uint8_t *p = c->p + c->at;
    bool escape = left > 0 && *p == '\\';

    if (left == 0 || left >= 6 || (!escape && (left >= 4 || *p < first_of_length[left - 1])))
        return false;
    if (escape && left > 1 && p[1] != 'u')
        return false;
    for (size_t i = escape ? 2 : 1; i < left; i++) {
        if (escape ? digit(p[i]) < 0 : (p[i] & 0xc0) != 0x80)
            return false;
    }
    return true;
}

// Whether the character or escape at the cursor was cut off, or the second half of a pair of them.
static bool is_cut_here(const struct payload_cursor *c)
{
    struct payload_cursor behind = *c;
    int32_t unit = unit_at(c, 0);

    if (unit < 0xd800 || unit >= 0xdc00)
        return is_beginning(c);
    behind.at += 6;
    return payload_cursor_at_end(&behind) ||
           (payload_cursor_byte(&behind) == '\\' && is_beginning(&behind));
}

bool payload_text_read(struct payload_cursor *cursor, char *out, size_t *length)
{
    struct reading r = {.cursor = cursor, .out = out};
    uint8_t quote = cursor->p[cursor->at++];
    bool ended = false;

    while (!ended && !payload_cursor_at_end(cursor)) {
        uint8_t byte = cursor->p[cursor->at];

        if (is_cut_here(cursor)) {
            cursor->at = cursor->n;
        } else if (byte == quote) {
            ended = true;
            cursor->at++;
        } else if (byte == '\\') {
            read_escape(&r);
        } else {
            read_character(&r);
        }
    }
    *r.out = '\0';
    *length = (size_t)(r.out - out);
    return ended;
}

bool payload_text_copy(char *out, size_t size, const char *text)
{
    size_t n = 0;
    size_t whole = strlen(text);

    for (;;) {
        size_t length = utf8_sequence_length((const uint8_t *)text + n, whole - n);

        if (length == 0 || n + length >= size)
            break;
        n += length;
    }
    memcpy(out, text, n);
    out[n] = '\0';
    return n == whole;
}
