// Opens what was sealed for this device alone.
#include "firmware/enrol/hpke.h"

#include <string.h>

#include <mbedtls/gcm.h>
#include <mbedtls/md.h>
#include <mbedtls/platform_util.h>

#include "firmware/core/memory.h"
#include "firmware/enrol/key.h"
#include "firmware/enrol/tls_library.h"

_Static_assert(HPKE_KEYS_POINT_SIZE == TLS_LIBRARY_POINT_SIZE, "the same points");
_Static_assert(HPKE_KEYS_SECRET_SIZE == TLS_LIBRARY_NUMBER_SIZE, "the same numbers");

static int sum(const struct hpke_keys_part *key, const struct hpke_keys_part *parts, size_t count,
    uint8_t out[HPKE_KEYS_HASH_SIZE])
{
    mbedtls_md_context_t md;
    int rc;

    mbedtls_md_init(&md);
    rc = mbedtls_md_setup(&md, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1);
    if (rc == 0)
        rc = mbedtls_md_hmac_starts(&md, key->p, key->n);
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = mbedtls_md_hmac_update(&md, parts[i].p, parts[i].n);
    if (rc == 0)
        rc = mbedtls_md_hmac_finish(&md, out);
    mbedtls_md_free(&md);
    return rc;
}

static int derive(const struct hpke *hpke, const uint8_t *p, struct hpke_keys *keys)
{
    struct hpke_keys_input input = {.info = hpke->info};
    int rc;

    memcpy(input.encapsulated, p, sizeof input.encapsulated);
    rc = tls_library_agree(hpke->key, hpke->random, p, input.secret);
    if (rc == 0)
        rc = tls_library_write_point(hpke->key, input.recipient);
    if (rc == 0)
        rc = hpke_keys_derive(sum, &input, keys);
    mbedtls_platform_zeroize(&input, sizeof input);
    return rc;
}

// The text trails behind what it is made of, as Mbed TLS allows it.
static int decrypt(const struct hpke *hpke, const struct hpke_keys *keys, uint8_t *p, size_t n)
{
    mbedtls_gcm_context gcm;
    int rc;

    mbedtls_gcm_init(&gcm);
    rc = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, keys->key, 8 * HPKE_KEYS_KEY_SIZE);
    if (rc == 0)
        rc = mbedtls_gcm_auth_decrypt(&gcm, n, keys->nonce, HPKE_KEYS_NONCE_SIZE, hpke->aad.p,
            hpke->aad.n, p + HPKE_KEYS_POINT_SIZE + n, HPKE_KEYS_TAG_SIZE, p + HPKE_KEYS_POINT_SIZE,
            p);
    mbedtls_gcm_free(&gcm);
    return rc;
}

static int unseal(const struct hpke *hpke, uint8_t *p, size_t n)
{
    struct hpke_keys keys;
    int rc = derive(hpke, p, &keys);

    if (rc == 0)
        rc = decrypt(hpke, &keys, p, n);
    mbedtls_platform_zeroize(&keys, sizeof keys);
    return rc;
}

int hpke_open(const struct hpke *hpke, uint8_t *p, size_t n, struct failure *failure)
{
    int rc;

    if (!key_is_p256(hpke->key))
        return failure_set(failure, RESULT_FILE_INVALID, "sealed message: our key is not on P-256");
    if (n < HPKE_KEYS_OVERHEAD)
        return failure_set(failure, RESULT_FILE_INVALID, "sealed message: is too short");
    memory_watch();
    rc = unseal(hpke, p, n - HPKE_KEYS_OVERHEAD);
    if (rc == 0)
        return (int)(n - HPKE_KEYS_OVERHEAD);
    rc = failure_set(failure, RESULT_FILE_INVALID, "sealed message: is not for us, or damaged");
    return memory_judge(rc, failure);
}
