// Places in lists, as clients give them back.
#include "server/api/api_cursor.h"

#include <string.h>

#include "server/base/hex.h"

#define VERSION 1
#define BYTES_MAX (API_CURSOR_HEAD_BYTES + API_CURSOR_TAIL_SIZE - 1 + API_CURSOR_TEXT_SIZE - 1)

static void put_number(uint8_t *p, uint64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)(value >> (8 * (n - 1 - i)));
}

static uint64_t get_number(const uint8_t *p, size_t n)
{
    uint64_t value = 0;

    for (size_t i = 0; i < n; i++)
        value = value << 8 | p[i];
    return value;
}

void api_cursor_encode(const struct api_cursor *cursor, char out[API_CURSOR_SIZE])
{
    uint8_t bytes[BYTES_MAX];
    size_t tail = strlen(cursor->tail);
    size_t text = strlen(cursor->text);

    bytes[0] = VERSION;
    put_number(bytes + 1, cursor->list, 4);
    put_number(bytes + 5, (uint64_t)cursor->number, 8);
    bytes[13] = (uint8_t)tail;
    memcpy(bytes + API_CURSOR_HEAD_BYTES, cursor->tail, tail);
    memcpy(bytes + API_CURSOR_HEAD_BYTES + tail, cursor->text, text);
    hex_encode(bytes, API_CURSOR_HEAD_BYTES + tail + text, out);
}

bool api_cursor_decode(const char *text, struct api_cursor *out)
{
    uint8_t bytes[BYTES_MAX];
    size_t digits = strlen(text);
    size_t n = digits / 2;

    if (n < API_CURSOR_HEAD_BYTES || n > BYTES_MAX || !hex_decode(text, digits, bytes) ||
        bytes[0] != VERSION)
        return false;

    const uint8_t *rest = bytes + API_CURSOR_HEAD_BYTES;
    size_t tail = bytes[13];

    n -= API_CURSOR_HEAD_BYTES;
    if (tail >= API_CURSOR_TAIL_SIZE || tail > n || n - tail >= API_CURSOR_TEXT_SIZE ||
        memchr(rest, '\0', n) != NULL)
        return false;
    memset(out, 0, sizeof *out);
    out->list = (uint32_t)get_number(bytes + 1, 4);
    out->number = (int64_t)get_number(bytes + 5, 8);
    memcpy(out->tail, rest, tail);
    memcpy(out->text, rest + tail, n - tail);
    return true;
}
