// Encrypts with a passphrase.
#include "server/pki/age_writer.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "server/pki/age_keys.h"
#include "server/pki/openssl_error.h"

struct age_writer {
    struct sink to;
    struct age_chunks *chunks;
    size_t filled;
    uint8_t text[AGE_CHUNKS_TEXT_MAX];
    uint8_t sealed[AGE_CHUNKS_TEXT_MAX + AGE_CHUNKS_TAG_SIZE];
};

static int begin(struct age_writer *writer, const struct age_header *header,
    const uint8_t file_key[AGE_KEYS_FILE_SIZE], struct err *err)
{
    char text[AGE_HEADER_MAX + 1];
    uint8_t nonce[AGE_KEYS_NONCE_SIZE];
    uint8_t key[AGE_CHUNKS_KEY_SIZE];
    size_t size = age_header_write(header, text);
    int rc = 0;

    if (RAND_bytes(nonce, sizeof nonce) != 1)
        return openssl_error_set(err, ERR_IO, "no random bytes");
    rc = age_keys_payload(file_key, nonce, key, err);
    if (rc == 0)
        rc = age_chunks_new(key, &writer->chunks, err);
    explicit_bzero(key, sizeof key);
    if (rc == 0)
        rc = writer->to.write(text, size, writer->to.ctx, err);
    return rc < 0 ? rc : writer->to.write(nonce, sizeof nonce, writer->to.ctx, err);
}

int age_writer_open(const char *passphrase, int work, const struct sink *to,
    struct age_writer **out, struct err *err)
{
    struct age_header header;
    uint8_t file_key[AGE_KEYS_FILE_SIZE];
    struct age_writer *writer = calloc(1, sizeof *writer);
    int rc;

    if (writer == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for encryption");
    writer->to = *to;
    rc = age_keys_make(passphrase, work, &header, file_key, err);
    if (rc == 0)
        rc = begin(writer, &header, file_key, err);
    explicit_bzero(file_key, sizeof file_key);
    if (rc < 0) {
        age_writer_free(writer);
        return rc;
    }
    *out = writer;
    return 0;
}

static int flush(struct age_writer *writer, bool is_last, struct err *err)
{
    if (age_chunks_seal(writer->chunks, writer->text, writer->filled, is_last, writer->sealed) < 0)
        return openssl_error_set(err, ERR_IO, "cannot encrypt");

    size_t n = writer->filled + AGE_CHUNKS_TAG_SIZE;

    writer->filled = 0;
    return writer->to.write(writer->sealed, n, writer->to.ctx, err);
}

// A full chunk waits for what follows: it may be the last.
int age_writer_write(const void *p, size_t n, void *ctx, struct err *err)
{
    struct age_writer *writer = ctx;
    const uint8_t *rest = p;

    while (n > 0) {
        size_t room = sizeof writer->text - writer->filled;
        size_t some = n < room ? n : room;
        int rc = room == 0 ? flush(writer, false, err) : 0;

        if (rc < 0)
            return rc;
        memcpy(writer->text + writer->filled, rest, some);
        writer->filled += some;
        rest += some;
        n -= some;
    }
    return 0;
}

int age_writer_end(struct age_writer *writer, struct err *err)
{
    return flush(writer, true, err);
}

void age_writer_free(struct age_writer *writer)
{
    if (writer == NULL)
        return;
    age_chunks_free(writer->chunks);
    explicit_bzero(writer, sizeof *writer);
    free(writer);
}
