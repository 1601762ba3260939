// What daemon and signer say to each other.
#include "server/signer/signer_message.h"

#include <string.h>

#include "server/base/utf8.h"

#define LARGEST_CODE (-ERR_REVOKED)

static const uint8_t magic[4] = {'S', 'E', 'S', 1};

static size_t read_u16(const uint8_t *p)
{
    return (size_t)p[0] << 8 | p[1];
}

static void write_u16(uint8_t *p, size_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

// The most that may follow a head.
static size_t most(enum signer_message_kind kind)
{
    return (kind == SIGNER_MESSAGE_REQUEST ? SIGNER_MESSAGE_REQUEST_MAX
                                           : SIGNER_MESSAGE_ANSWER_MAX) -
           SIGNER_MESSAGE_HEAD;
}

static void write_head(uint8_t *out, enum signer_message_kind kind, size_t n)
{
    memcpy(out, magic, sizeof magic);
    out[4] = (uint8_t)kind;
    out[5] = 0;
    write_u16(out + 6, n);
}

int signer_message_size(
    const uint8_t head[SIGNER_MESSAGE_HEAD], enum signer_message_kind kind, size_t *out)
{
    size_t n = read_u16(head + 6);

    if (memcmp(head, magic, sizeof magic) != 0 || head[4] != (uint8_t)kind ||
        head[5] > (kind == SIGNER_MESSAGE_REQUEST))
        return ERR_INVALID;
    if (n > most(kind))
        return ERR_TOO_LARGE;
    *out = SIGNER_MESSAGE_HEAD + n;
    return 0;
}

// The bytes behind the head, which must be all that there are.
static int open_message(
    const uint8_t *p, size_t n, enum signer_message_kind kind, const uint8_t **body, size_t *size)
{
    size_t whole;
    int rc = n < SIGNER_MESSAGE_HEAD ? ERR_INVALID : signer_message_size(p, kind, &whole);

    if (rc < 0)
        return rc;
    if (whole != n)
        return ERR_INVALID;
    *body = p + SIGNER_MESSAGE_HEAD;
    *size = n - SIGNER_MESSAGE_HEAD;
    return 0;
}

static bool is_control(uint8_t c)
{
    return c < ' ' || c == 0x7f;
}

// A text of n bytes, for which there is room: one line.
static int take_text(const uint8_t *p, size_t n, char *out)
{
    for (size_t i = 0; i < n; i++) {
        if (is_control(p[i]))
            return ERR_INVALID;
    }
    memcpy(out, p, n);
    out[n] = '\0';
    return utf8_is_valid(out) ? 0 : ERR_INVALID;
}

int signer_message_read_request(const uint8_t *p, size_t n, struct signer_message_request *out)
{
    struct signer_message_request request = {0};
    const uint8_t *body;
    size_t size;
    int rc = open_message(p, n, SIGNER_MESSAGE_REQUEST, &body, &size);

    if (rc == 0 && size < 4)
        rc = ERR_INVALID;
    if (rc < 0)
        return rc;

    size_t note = read_u16(body + 2);

    if (note > SIGNER_MESSAGE_NOTE_MAX)
        return ERR_TOO_LARGE;
    if (4 + note >= size)
        return ERR_INVALID;
    request.anew = p[5] == 1;
    request.days = (int)read_u16(body);
    request.csr = body + 4 + note;
    request.n = size - 4 - note;
    if (request.n > SIGNER_MESSAGE_CSR_MAX)
        return ERR_TOO_LARGE;
    rc = take_text(body + 4, note, request.note);
    if (rc == 0)
        *out = request;
    return rc;
}

int signer_message_read_answer(const uint8_t *p, size_t n, struct signer_message_answer *out)
{
    struct signer_message_answer answer = {0};
    const uint8_t *body;
    size_t size;
    int rc = open_message(p, n, SIGNER_MESSAGE_ANSWER, &body, &size);

    if (rc == 0 && (size < 2 || body[0] > LARGEST_CODE))
        rc = ERR_INVALID;
    if (rc < 0)
        return rc;
    answer.code = -(int)body[0];
    if (answer.code == 0) {
        answer.certificate = body + 1;
        answer.n = size - 1;
    } else if (size - 1 >= sizeof answer.text) {
        return ERR_TOO_LARGE;
    } else {
        rc = take_text(body + 1, size - 1, answer.text);
    }
    if (rc == 0)
        *out = answer;
    return rc;
}

int signer_message_write_request(
    const struct signer_message_request *request, struct signer_message_written *out)
{
    size_t note = strnlen(request->note, sizeof request->note);
    struct signer_message_request again;

    if (note > SIGNER_MESSAGE_NOTE_MAX || request->n > SIGNER_MESSAGE_CSR_MAX)
        return ERR_TOO_LARGE;
    if (request->days < 0 || request->days > SIGNER_MESSAGE_DAYS_MAX)
        return ERR_INVALID;

    size_t size = 4 + note + request->n;
    uint8_t *body = out->bytes + SIGNER_MESSAGE_HEAD;

    write_head(out->bytes, SIGNER_MESSAGE_REQUEST, size);
    out->bytes[5] = request->anew;
    write_u16(body, (size_t)request->days);
    write_u16(body + 2, note);
    memcpy(body + 4, request->note, note);
    memcpy(body + 4 + note, request->csr, request->n);
    out->n = SIGNER_MESSAGE_HEAD + size;
    return signer_message_read_request(out->bytes, out->n, &again);
}

// Of one line, in UTF-8, and at least one byte.
static size_t write_text(const char *text, uint8_t *out)
{
    size_t left = strnlen(text, ERR_MESSAGE_SIZE - 1);
    size_t n = 0;

    while (left > 0) {
        size_t length = utf8_sequence_length((const uint8_t *)text, left);

        if (length == 0 || is_control((uint8_t)*text)) {
            out[n++] = '?';
            length = 1;
        } else {
            memcpy(out + n, text, length);
            n += length;
        }
        text += length;
        left -= length;
    }
    if (n == 0)
        out[n++] = '?';
    return n;
}

int signer_message_write_answer(
    const struct signer_message_answer *answer, struct signer_message_written *out)
{
    uint8_t *body = out->bytes + SIGNER_MESSAGE_HEAD;
    size_t size;

    if (answer->code > 0 || answer->code < -LARGEST_CODE || (answer->code == 0 && answer->n == 0))
        return ERR_INVALID;
    if (answer->code == 0 && answer->n > SIGNER_MESSAGE_CERTIFICATE_MAX)
        return ERR_TOO_LARGE;
    body[0] = (uint8_t)-answer->code;
    if (answer->code == 0) {
        memcpy(body + 1, answer->certificate, answer->n);
        size = answer->n;
    } else {
        size = write_text(answer->text, body + 1);
    }
    write_head(out->bytes, SIGNER_MESSAGE_ANSWER, 1 + size);
    out->n = SIGNER_MESSAGE_HEAD + 1 + size;
    return 0;
}
