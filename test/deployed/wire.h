#ifndef TEST_DEPLOYED_WIRE_H
#define TEST_DEPLOYED_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_HEADER_SIZE 5    // RFC 5246, 6.2.1
#define WIRE_ID_MAX 32        // a session ID (RFC 5246, 7.4.1.2)
#define WIRE_HELLO_MAX 256    // a longer ServerHello is not looked into
#define WIRE_MESSAGE_HEADER 4 // RFC 5246, 7.4

// What the server said in the clear.
struct wire_hello {
    bool seen;
    uint16_t version;
    uint16_t suite;
    uint8_t id[WIRE_ID_MAX];
    size_t id_size;
    unsigned fragment_code; // of max_fragment_length (RFC 6066, 4); 0: not in the ServerHello
};

// Looks at the bytes that a server sends, before the TLS library does. An instrument, no part of
// the device.
struct wire {
    size_t limit_bytes; // plaintext of a record
    struct wire_hello hello;
    bool has_certificate;
    unsigned tickets;     // NewSessionTicket messages (RFC 5077)
    unsigned records;     // in all
    size_t largest_clear; // bytes of the longest record before and after the keys
    size_t largest_encrypted;
    size_t offending; // the length that was too much, or 0

    // The record and the handshake message that are being read.
    uint8_t header[WIRE_HEADER_SIZE];
    size_t header_size;
    size_t left; // bytes of the record's payload to come
    bool encrypted;
    uint8_t message[WIRE_MESSAGE_HEADER];
    size_t message_header_size;
    size_t message_left;
    uint8_t hello_bytes[WIRE_HELLO_MAX];
    size_t hello_size;
};

// For a new connection on which records may hold limit_bytes of plaintext.
void wire_init(struct wire *wire, size_t limit_bytes);

// Looks at the next n bytes. False from the first record on that is longer than allowed: in the
// clear that is limit_bytes, after ChangeCipherSpec that and what the negotiated cipher suite adds.
bool wire_feed(struct wire *wire, const uint8_t *p, size_t n);

// Bytes that an encrypted record of a TLS 1.2 cipher suite is longer than its plaintext; with CBC,
// and no more padding than is needed, at most. 0 for a suite that BearSSL does not speak.
size_t wire_expansion(uint16_t suite);

#endif
