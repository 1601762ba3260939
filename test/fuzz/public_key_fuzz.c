// Public keys, in DER and in PEM.
#include "server/pki/public_key.h"

#include <stdlib.h>
#include <string.h>

#include "test/fuzz/fuzz.h"

// Whether an RSA modulus has a small factor is found by chance, so that a key may turn out unsound
// the second time.
static void check_again(
    int rc, const struct public_key *key, const struct public_key *again, const struct err *err)
{
    if (rc == 0) {
        FUZZ_CHECK(again->size_bytes == key->size_bytes);
        FUZZ_CHECK(memcmp(again->der, key->der, key->size_bytes) == 0);
        FUZZ_CHECK(strcmp(again->id, key->id) == 0);
        FUZZ_CHECK(strcmp(again->algorithm, key->algorithm) == 0);
    } else {
        FUZZ_CHECK(strncmp(err->message, "unsound", 7) == 0);
    }
}

static void check_key(const struct public_key *key)
{
    static const uint8_t body[] = "body";
    static const uint8_t signature[256] = {1};
    struct public_key again;
    struct err err = {0};
    char *pem;

    FUZZ_CHECK(key->size_bytes > 0 && key->size_bytes <= IMAGE_DESCRIPTOR_KEY_MAX);
    FUZZ_CHECK(strlen(key->id) == DIGEST_SHA256_TEXT_SIZE - 1);
    FUZZ_CHECK(strcmp(key->algorithm, "P-256") == 0 || strncmp(key->algorithm, "RSA-", 4) == 0);
    check_again(public_key_from_der(key->der, key->size_bytes, &again, &err), key, &again, &err);
    FUZZ_CHECK(public_key_to_pem(key, &pem) == 0);
    check_again(
        public_key_from_pem((const uint8_t *)pem, strlen(pem), &again, &err), key, &again, &err);
    FUZZ_CHECK(
        public_key_verify(key, body, sizeof body, signature, sizeof signature) == ERR_DENIED);
    free(pem);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    uint8_t *bytes = fuzz_bytes(p, n);
    struct public_key key;
    struct err err = {0};

    fuzz_reveal_keys(bytes, n);
    fuzz_fill(&key, sizeof key);
    if (public_key_from_der(bytes, n, &key, &err) == 0) {
        FUZZ_CHECK(key.size_bytes == n && memcmp(key.der, bytes, n) == 0);
        check_key(&key);
    } else {
        FUZZ_CHECK(fuzz_is_untouched(&key, sizeof key) && err.code == ERR_INVALID);
    }
    fuzz_fill(&key, sizeof key);
    if (public_key_from_pem(bytes, n, &key, &err) == 0)
        check_key(&key);
    else
        FUZZ_CHECK(fuzz_is_untouched(&key, sizeof key) && err.code == ERR_INVALID);
    return 0;
}
