// Watches the length of TLS records on the wire, and what a server says before the keys change.
#include "test/deployed/wire.h"

#include <string.h>

enum record_type {
    CHANGE_CIPHER_SPEC = 20,
    HANDSHAKE = 22,
};

enum message_type {
    SERVER_HELLO = 2,
    NEW_SESSION_TICKET = 4,
    CERTIFICATE = 11,
};

#define EXTENSION_MAX_FRAGMENT_LENGTH 1

void wire_init(struct wire *wire, size_t limit_bytes)
{
    memset(wire, 0, sizeof *wire);
    wire->limit_bytes = limit_bytes;
}

size_t wire_expansion(uint16_t suite)
{
    static const struct {
        uint16_t first, last, expansion;
    } rows[] = {
        {0x000A, 0x000A, 8 + 20 + 8},   // 3DES-CBC, SHA-1: IV, MAC, padding
        {0x002F, 0x0035, 16 + 20 + 16}, // AES-CBC, SHA-1
        {0x003C, 0x003D, 16 + 32 + 16}, // AES-CBC, SHA-256
        {0x009C, 0x009D, 8 + 16},       // GCM: explicit nonce, tag
        {0xC003, 0xC003, 8 + 20 + 8},   // ECDH and ECDHE from here on, 3DES
        {0xC004, 0xC005, 16 + 20 + 16}, {0xC008, 0xC008, 8 + 20 + 8},
        {0xC009, 0xC00A, 16 + 20 + 16}, {0xC00D, 0xC00D, 8 + 20 + 8},
        {0xC00E, 0xC00F, 16 + 20 + 16}, {0xC012, 0xC012, 8 + 20 + 8},
        {0xC013, 0xC014, 16 + 20 + 16},
        {0xC023, 0xC023, 16 + 32 + 16}, // AES-128-CBC, SHA-256; SHA-384 with AES-256
        {0xC024, 0xC024, 16 + 48 + 16}, {0xC025, 0xC025, 16 + 32 + 16},
        {0xC026, 0xC026, 16 + 48 + 16}, {0xC027, 0xC027, 16 + 32 + 16},
        {0xC028, 0xC028, 16 + 48 + 16}, {0xC029, 0xC029, 16 + 32 + 16},
        {0xC02A, 0xC02A, 16 + 48 + 16}, {0xC02B, 0xC032, 8 + 16}, // GCM
        {0xC09C, 0xC09D, 8 + 16},                                 // CCM
        {0xC0A0, 0xC0A1, 8 + 8},                                  // CCM_8
        {0xC0AC, 0xC0AD, 8 + 16}, {0xC0AE, 0xC0AF, 8 + 8},
        {0xCCA8, 0xCCA9, 16}, // ChaCha20-Poly1305: tag
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (suite >= rows[i].first && suite <= rows[i].last)
            return rows[i].expansion;
    }
    return 0;
}

static unsigned read_u16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static void read_extensions(struct wire_hello *hello, const uint8_t *p, size_t n)
{
    while (n >= 4) {
        size_t size = read_u16(p + 2);

        if (size > n - 4)
            return;
        if (read_u16(p) == EXTENSION_MAX_FRAGMENT_LENGTH && size == 1)
            hello->fragment_code = p[4];
        p += 4 + size;
        n -= 4 + size;
    }
}

// RFC 5246, 7.4.1.3: version, 32 random bytes, session ID, suite, compression, extensions.
static void read_hello(struct wire *wire)
{
    struct wire_hello hello = {.seen = true};
    const uint8_t *p = wire->hello_bytes;
    size_t n = wire->hello_size;

    if (n < 35 || p[34] > WIRE_ID_MAX || n < 35U + p[34] + 3)
        return;
    hello.version = (uint16_t)read_u16(p);
    hello.id_size = p[34];
    memcpy(hello.id, p + 35, hello.id_size);
    p += 35 + hello.id_size;
    n -= 35 + hello.id_size;
    hello.suite = (uint16_t)read_u16(p);
    if (n >= 5 && read_u16(p + 3) <= n - 5)
        read_extensions(&hello, p + 5, read_u16(p + 3));
    wire->hello = hello;
}

static void begin_message(struct wire *wire)
{
    const uint8_t *header = wire->message;

    wire->message_left = (size_t)header[1] << 16 | (size_t)header[2] << 8 | header[3];
    wire->hello_size = 0;
    if (header[0] == CERTIFICATE)
        wire->has_certificate = true;
    if (header[0] == NEW_SESSION_TICKET)
        wire->tickets++;
}

static void keep_hello(struct wire *wire, const uint8_t *p, size_t n)
{
    if (wire->message[0] != SERVER_HELLO)
        return;
    if (wire->hello_size + n > WIRE_HELLO_MAX) {
        wire->hello_size = WIRE_HELLO_MAX + 1; // nor is the rest of it kept
        return;
    }
    memcpy(wire->hello_bytes + wire->hello_size, p, n);
    wire->hello_size += n;
    if (n == wire->message_left)
        read_hello(wire);
}

// Handshake messages in the clear; they may be cut by records anywhere.
static void read_messages(struct wire *wire, const uint8_t *p, size_t n)
{
    while (n > 0) {
        size_t part = n < wire->message_left ? n : wire->message_left;

        if (part > 0) {
            keep_hello(wire, p, part);
            wire->message_left -= part;
            p += part;
            n -= part;
            continue;
        }
        wire->message[wire->message_header_size++] = *p++;
        n--;
        if (wire->message_header_size == sizeof wire->message) {
            wire->message_header_size = 0;
            begin_message(wire);
        }
    }
}

static bool judge_record(struct wire *wire)
{
    size_t length = read_u16(wire->header + 3);
    size_t *largest = wire->encrypted ? &wire->largest_encrypted : &wire->largest_clear;
    size_t limit = wire->limit_bytes;

    if (wire->encrypted)
        limit += wire_expansion(wire->hello.suite);
    wire->records++;
    wire->left = length;
    if (length > *largest)
        *largest = length;
    if (length <= limit)
        return true;
    wire->offending = length;
    return false;
}

static void read_payload(struct wire *wire, const uint8_t *p, size_t n)
{
    if (wire->header[0] == HANDSHAKE && !wire->encrypted)
        read_messages(wire, p, n);
    wire->left -= n;
    if (wire->left == 0 && wire->header[0] == CHANGE_CIPHER_SPEC)
        wire->encrypted = true;
}

bool wire_feed(struct wire *wire, const uint8_t *p, size_t n)
{
    while (n > 0 && wire->offending == 0) {
        if (wire->left > 0) {
            size_t part = n < wire->left ? n : wire->left;

            read_payload(wire, p, part);
            p += part;
            n -= part;
            continue;
        }
        wire->header[wire->header_size++] = *p++;
        n--;
        if (wire->header_size == sizeof wire->header) {
            wire->header_size = 0;
            if (!judge_record(wire))
                return false;
        }
    }
    return wire->offending == 0;
}
