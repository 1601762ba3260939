// Chunks of a file of age, sealed and opened.
#include "server/pki/age_chunks.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#define NONCE_SIZE 12
#define NUMBER_SIZE 8 // of the eleven bytes in front of the flag

struct age_chunks {
    EVP_CIPHER_CTX *ctx;
    uint8_t key[AGE_CHUNKS_KEY_SIZE];
    uint64_t count;
};

int age_chunks_new(const uint8_t key[AGE_CHUNKS_KEY_SIZE], struct age_chunks **out, struct err *err)
{
    struct age_chunks *chunks = calloc(1, sizeof *chunks);

    if (chunks == NULL || (chunks->ctx = EVP_CIPHER_CTX_new()) == NULL) {
        free(chunks);
        return err_set(err, ERR_NO_MEMORY, "no memory for encryption");
    }
    memcpy(chunks->key, key, sizeof chunks->key);
    *out = chunks;
    return 0;
}

void age_chunks_free(struct age_chunks *chunks)
{
    if (chunks == NULL)
        return;
    EVP_CIPHER_CTX_free(chunks->ctx);
    explicit_bzero(chunks, sizeof *chunks);
    free(chunks);
}

uint64_t age_chunks_count(const struct age_chunks *chunks)
{
    return chunks->count;
}

static void number(const struct age_chunks *chunks, bool is_last, uint8_t nonce[NONCE_SIZE])
{
    memset(nonce, 0, NONCE_SIZE);
    for (int i = 0; i < NUMBER_SIZE; i++)
        nonce[NONCE_SIZE - 2 - i] = (uint8_t)(chunks->count >> (8 * i));
    nonce[NONCE_SIZE - 1] = is_last;
}

int age_chunks_seal(
    struct age_chunks *chunks, const uint8_t *p, size_t n, bool is_last, uint8_t *out)
{
    uint8_t nonce[NONCE_SIZE];
    int written = 0;
    int more = 0;

    number(chunks, is_last, nonce);
    if (EVP_EncryptInit_ex(chunks->ctx, EVP_chacha20_poly1305(), NULL, chunks->key, nonce) != 1 ||
        EVP_EncryptUpdate(chunks->ctx, out, &written, p, (int)n) != 1 ||
        EVP_EncryptFinal_ex(chunks->ctx, out + written, &more) != 1 ||
        EVP_CIPHER_CTX_ctrl(
            chunks->ctx, EVP_CTRL_AEAD_GET_TAG, AGE_CHUNKS_TAG_SIZE, out + written + more) != 1)
        return ERR_IO;
    chunks->count++;
    return 0;
}

int age_chunks_open(
    struct age_chunks *chunks, const uint8_t *p, size_t n, bool is_last, uint8_t *out)
{
    uint8_t nonce[NONCE_SIZE];
    uint8_t tag[AGE_CHUNKS_TAG_SIZE];
    int written = 0;
    int more = 0;

    if (n < sizeof tag)
        return ERR_DENIED;
    n -= sizeof tag;
    memcpy(tag, p + n, sizeof tag);
    number(chunks, is_last, nonce);
    if (EVP_DecryptInit_ex(chunks->ctx, EVP_chacha20_poly1305(), NULL, chunks->key, nonce) != 1 ||
        EVP_CIPHER_CTX_ctrl(chunks->ctx, EVP_CTRL_AEAD_SET_TAG, sizeof tag, tag) != 1 ||
        EVP_DecryptUpdate(chunks->ctx, out, &written, p, (int)n) != 1 ||
        EVP_DecryptFinal_ex(chunks->ctx, out + written, &more) != 1)
        return ERR_DENIED;
    chunks->count++;
    return 0;
}
