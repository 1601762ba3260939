#ifndef SIGNER_MESSAGE_H
#define SIGNER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"

// What daemon and signer say to each other: one request, one answer, then the connection ends.
//
//   "SES" 1, u8 kind, u8 anew, u16 n   head; n bytes follow
//   kind 1, request:  u16 days, u16 n, note, certificate request
//   kind 2, answer:   u8 0, certificate; or u8 code, text
//
// Numbers are big-endian. A code is that of enum err_code, without its sign. anew is 1 of a request
// that is not to be answered with what was signed for the same one before, else 0.

#define SIGNER_MESSAGE_HEAD 8
#define SIGNER_MESSAGE_NOTE_MAX 256
#define SIGNER_MESSAGE_CSR_MAX 4096
#define SIGNER_MESSAGE_DAYS_MAX 65535
#define SIGNER_MESSAGE_CERTIFICATE_MAX 8192
#define SIGNER_MESSAGE_REQUEST_MAX                                                                 \
    (SIGNER_MESSAGE_HEAD + 4 + SIGNER_MESSAGE_NOTE_MAX + SIGNER_MESSAGE_CSR_MAX)
#define SIGNER_MESSAGE_ANSWER_MAX (SIGNER_MESSAGE_HEAD + 1 + SIGNER_MESSAGE_CERTIFICATE_MAX)

enum signer_message_kind { SIGNER_MESSAGE_REQUEST = 1, SIGNER_MESSAGE_ANSWER = 2 };

struct signer_message_request {
    bool anew;
    int days; // 0: as many as the policy gives
    char note[SIGNER_MESSAGE_NOTE_MAX + 1];
    const uint8_t *csr; // n bytes, within the message
    size_t n;
};

struct signer_message_answer {
    int code; // 0, or an error
    char text[ERR_MESSAGE_SIZE];
    const uint8_t *certificate; // n bytes, within the message, if code is 0
    size_t n;
};

// How many bytes a message has, whose head is at p. ERR_INVALID if it is no head of that kind,
// ERR_TOO_LARGE if there is no message of that kind that long.
ERR_CHECKED int signer_message_size(
    const uint8_t head[SIGNER_MESSAGE_HEAD], enum signer_message_kind kind, size_t *out);

// Read a message of n bytes, all of it. ERR_INVALID if it is none: a note or text that is no UTF-8
// or has control characters, days that are none, an unknown code, no certificate or request; or
// ERR_TOO_LARGE.
ERR_CHECKED int signer_message_read_request(
    const uint8_t *p, size_t n, struct signer_message_request *out);
ERR_CHECKED int signer_message_read_answer(
    const uint8_t *p, size_t n, struct signer_message_answer *out);

// A message that is written.
struct signer_message_written {
    size_t n;
    uint8_t bytes[SIGNER_MESSAGE_ANSWER_MAX]; // the longer of both kinds
};

// Write a message. ERR_INVALID if it would not be read, ERR_TOO_LARGE. What an answer's text has
// that is no line of UTF-8 becomes '?'.
ERR_CHECKED int signer_message_write_request(
    const struct signer_message_request *request, struct signer_message_written *out);
ERR_CHECKED int signer_message_write_answer(
    const struct signer_message_answer *answer, struct signer_message_written *out);

#endif
