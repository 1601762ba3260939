// Decrypts with a passphrase.
#include "server/pki/age_reader.h"

#include <stdlib.h>
#include <string.h>

#include "server/pki/age_keys.h"

#define MAGIC "age-encryption.org/v1"
_Static_assert(sizeof MAGIC - 1 == AGE_READER_LOOK, "so long is what a file of age begins with");

struct age_reader {
    struct sink to;
    const char *passphrase;
    uint8_t header[AGE_HEADER_MAX];
    size_t header_n;
    int lines; // of it
    bool has_file_key;
    uint8_t file_key[AGE_KEYS_FILE_SIZE];
    uint8_t nonce[AGE_KEYS_NONCE_SIZE];
    size_t nonce_n;
    struct age_chunks *chunks; // once the nonce is there
    uint8_t sealed[AGE_CHUNKS_TEXT_MAX + AGE_CHUNKS_TAG_SIZE];
    size_t filled;
    uint8_t text[AGE_CHUNKS_TEXT_MAX];
};

bool age_reader_is_age(const uint8_t *p, size_t n)
{
    return n >= AGE_READER_LOOK && memcmp(p, MAGIC, AGE_READER_LOOK) == 0;
}

int age_reader_open(
    const char *passphrase, const struct sink *to, struct age_reader **out, struct err *err)
{
    struct age_reader *reader = calloc(1, sizeof *reader);

    if (reader == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for decryption");
    reader->to = *to;
    reader->passphrase = passphrase;
    *out = reader;
    return 0;
}

static int end_header(struct age_reader *reader, struct err *err)
{
    struct age_header header;
    int rc = age_header_read(reader->header, reader->header_n, &header, err);

    if (rc == 0)
        rc = age_keys_open(reader->passphrase, &header, reader->header,
            age_header_covered(reader->header_n), reader->file_key, err);
    reader->has_file_key = rc == 0;
    return rc;
}

static int take_header(struct age_reader *reader, uint8_t c, struct err *err)
{
    reader->header[reader->header_n++] = c;
    reader->lines += c == '\n';
    if (reader->lines == AGE_HEADER_LINES || reader->header_n == sizeof reader->header)
        return end_header(reader, err);
    return 0;
}

static int take_nonce(struct age_reader *reader, uint8_t c, struct err *err)
{
    uint8_t key[AGE_CHUNKS_KEY_SIZE];
    int rc;

    reader->nonce[reader->nonce_n++] = c;
    if (reader->nonce_n < sizeof reader->nonce)
        return 0;
    rc = age_keys_payload(reader->file_key, reader->nonce, key, err);
    if (rc == 0)
        rc = age_chunks_new(key, &reader->chunks, err);
    explicit_bzero(key, sizeof key);
    return rc;
}

static int open_chunk(struct age_reader *reader, bool is_last, struct err *err)
{
    size_t n = reader->filled;

    reader->filled = 0;
    if (age_chunks_open(reader->chunks, reader->sealed, n, is_last, reader->text) < 0)
        return err_set(err, ERR_DENIED, "it was changed, or its end is missing");
    n -= AGE_CHUNKS_TAG_SIZE;
    return n == 0 ? 0 : reader->to.write(reader->text, n, reader->to.ctx, err);
}

// A full chunk waits for what follows: it may be the last.
static int take_chunks(struct age_reader *reader, const uint8_t *p, size_t n, struct err *err)
{
    while (n > 0) {
        size_t room = sizeof reader->sealed - reader->filled;
        size_t some = n < room ? n : room;
        int rc = room == 0 ? open_chunk(reader, false, err) : 0;

        if (rc < 0)
            return rc;
        memcpy(reader->sealed + reader->filled, p, some);
        reader->filled += some;
        p += some;
        n -= some;
    }
    return 0;
}

int age_reader_write(const void *p, size_t n, void *ctx, struct err *err)
{
    struct age_reader *reader = ctx;
    const uint8_t *rest = p;
    int rc = 0;

    for (; n > 0 && reader->chunks == NULL && rc == 0; n--, rest++)
        rc =
            reader->has_file_key ? take_nonce(reader, *rest, err) : take_header(reader, *rest, err);
    return rc < 0 ? rc : take_chunks(reader, rest, n, err);
}

int age_reader_end(struct age_reader *reader, struct err *err)
{
    if (reader->chunks == NULL || reader->filled < AGE_CHUNKS_TAG_SIZE)
        return err_set(err, ERR_INVALID, "it ends too early");
    // Only of an empty text is the last chunk empty.
    if (reader->filled == AGE_CHUNKS_TAG_SIZE && age_chunks_count(reader->chunks) > 0)
        return err_set(err, ERR_INVALID, "its last chunk is empty");
    return open_chunk(reader, true, err);
}

void age_reader_free(struct age_reader *reader)
{
    if (reader == NULL)
        return;
    age_chunks_free(reader->chunks);
    explicit_bzero(reader, sizeof *reader);
    free(reader);
}
