// A device's key, made on the device.
#include "firmware/enrol/key.h"

#include <stdint.h>
#include <string.h>

#include <mbedtls/ecp.h>
#include <mbedtls/pk.h>
#include <mbedtls/platform_util.h>

#include "firmware/core/memory.h"
#include "firmware/core/tls_library.h"
#include "firmware/enrol/tls_library.h"

// ECPrivateKey (RFC 5915, 3), whose numbers have one length each: version, number, namedCurve
// prime256v1, point.
static const uint8_t head[] = {0x30, 0x77, 0x02, 0x01, 0x01, 0x04, TLS_LIBRARY_NUMBER_SIZE};
static const uint8_t middle[] = {0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,
    0x07, 0xa1, 0x44, 0x03, 0x42, 0x00};

#define NUMBER_AT sizeof head
#define MIDDLE_AT (NUMBER_AT + TLS_LIBRARY_NUMBER_SIZE)
#define POINT_AT (MIDDLE_AT + sizeof middle)

_Static_assert(POINT_AT + TLS_LIBRARY_POINT_SIZE == KEY_DER_SIZE, "the parts make up the whole");

static int write_key(const mbedtls_pk_context *key, char *pem)
{
    uint8_t der[KEY_DER_SIZE];
    int rc;

    memcpy(der, head, sizeof head);
    memcpy(der + MIDDLE_AT, middle, sizeof middle);
    rc = tls_library_write_number(key, der + NUMBER_AT);
    if (rc == 0)
        rc = tls_library_write_point(key, der + POINT_AT);
    if (rc == 0)
        (void)pem_write(KEY_LABEL, der, sizeof der, pem);
    mbedtls_platform_zeroize(der, sizeof der);
    return rc;
}

static int make(struct port *port, struct tls_random *random, char *pem)
{
    mbedtls_pk_context key;
    int rc = tls_random_seed(random, port);

    mbedtls_pk_init(&key);
    if (rc == 0)
        rc = mbedtls_pk_setup(&key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
    if (rc == 0)
        rc = mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(key),
            mbedtls_ctr_drbg_random, &random->generator);
    if (rc == 0)
        rc = write_key(&key, pem);
    mbedtls_pk_free(&key);
    return rc;
}

int key_make(
    struct port *port, struct tls_random *random, char pem[KEY_PEM_SIZE], struct failure *failure)
{
    int rc;

    memory_watch();
    rc = make(port, random, pem);
    if (rc == 0)
        return 0;
    mbedtls_platform_zeroize(pem, KEY_PEM_SIZE);
    rc =
        failure_set(failure, RESULT_TLS_FAILED, "new key: cannot be made (-0x%04x)", (unsigned)-rc);
    return memory_judge(rc, failure);
}

bool key_is_p256(const mbedtls_pk_context *key)
{
    return mbedtls_pk_can_do(key, MBEDTLS_PK_ECDSA) != 0 &&
           tls_library_curve(key) == MBEDTLS_ECP_DP_SECP256R1;
}
