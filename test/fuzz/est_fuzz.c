// What a device does with an EST server's answer: the input, in whichever pieces it comes.
#include <string.h>

#include <mbedtls/platform_util.h>

#include "common/crc32.h"
#include "firmware/core/tls_library.h"
#include "firmware/enrol/est.h"
#include "firmware/enrol/key.h"
#include "test/fuzz/fake_tls.h"
#include "test/fuzz/fuzz.h"
#include "test/unit/hpke_vector.h"

#define MAC "84f3eb012345"

// The CA of the certificates in the corpus.
static const char ca_pem[] = "-----BEGIN CERTIFICATE-----\n"
                             "MIIBHzCBx6ADAgECAgQBI0VnMAoGCCqGSM49BAMCMA0xCzAJBgNVBAMMAkNBMCAX\n"
                             "DTIwMDEwMTAwMDAwMFoYDzIwOTgwMTAxMDAwMDAwWjANMQswCQYDVQQDDAJDQTBZ\n"
                             "MBMGByqGSM49AgEGCCqGSM49AwEHA0IABJVPTVTu3MXQMT/GY1J1JH51pC5nOM6v\n"
                             "kCz9kvkwaDyie2tCwSHOoZO0zZt+6MHv3zVQtHBw5yMPBpzdIV+6ufujEzARMA8G\n"
                             "A1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgX4Kfif9x3ld1BYyqcZVa\n"
                             "TlXVXt9K5zEOguhR6Tdz/0kCICNOzuchuev5Gx82cMJa0L+Xk8aI+TKMfUzowo/5\n"
                             "zpVS\n"
                             "-----END CERTIFICATE-----\n";

struct outcome {
    int rc;
    enum est_phase phase;
    size_t used; // bytes of the certificate, or the pause in ms
    char detail[FAILURE_DETAIL_SIZE];
};

static int draw(struct port *port, uint8_t *p, size_t n)
{
    (void)port;
    memset(p, 7, n);
    return 0;
}

static uint32_t now_ms(struct port *port)
{
    (void)port;
    return 0;
}

// Once: to read them takes longer than to enrol.
static struct identity *get_identity(void)
{
    static struct identity identity;
    static bool is_read;
    uint8_t der[KEY_DER_SIZE];
    char pem[KEY_PEM_SIZE];
    struct failure failure;

    if (is_read)
        return &identity;
    size_t n = hpke_vector_bytes("30770201010420" HPKE_VECTOR_PRIVATE, der);

    n += hpke_vector_bytes("a00a06082a8648ce3d030107a144034200" HPKE_VECTOR_PUBLIC, der + n);
    n = pem_write(KEY_LABEL, der, n, pem);
    identity_init(&identity);
    FUZZ_CHECK(identity_read_key(&identity, (const uint8_t *)pem, n, &failure) == 0);
    FUZZ_CHECK(identity_read_ca(&identity, (const uint8_t *)ca_pem, strlen(ca_pem), &failure) == 0);
    is_read = true;
    return &identity;
}

// Whoever is let in has what he was promised.
static void check_certificate(const uint8_t *pem, size_t n)
{
    struct identity *identity = get_identity();
    struct failure failure;

    FUZZ_CHECK(strlen((const char *)pem) == n);
    FUZZ_CHECK(identity_read_cert(identity, pem, n, MAC, &failure) == 0);
    FUZZ_CHECK(identity_check_chain(identity, true, &failure) == 0);
    FUZZ_CHECK(identity_check_key(identity, &failure) == 0);
}

static void run(const uint8_t *p, size_t n, size_t most, uint32_t seed, struct outcome *outcome)
{
    static const struct port_ops ops = {.now_ms = now_ms, .random = draw};
    struct port port = {.ops = &ops};
    struct identity *identity = get_identity();
    uint8_t scratch[EST_SCRATCH];
    struct tls tls;
    struct https https;
    struct failure failure = {0};
    struct est est = {
        .tls = &tls,
        .https = &https,
        .identity = identity,
        .key = &identity->key,
        .mac = MAC,
        .host = "host",
        .tcp_port = 1,
        .scratch = scratch,
    };

    memset(outcome, 0, sizeof *outcome);
    fake_tls_start(&tls, p, n, most, seed);
    tls.port = &port;
    tls_random_init(&tls.random);
    outcome->rc = est_start(&est, &failure);
    FUZZ_CHECK(outcome->rc == 0);
    do
        outcome->rc = est_step(&est, &failure);
    while (outcome->rc == STEP_AGAIN && est.phase != EST_PAUSE);
    outcome->phase = est.phase;
    if (outcome->phase == EST_PAUSE)
        outcome->used = est_wait_ms(&est, 0);
    if (outcome->rc == STEP_DONE) {
        outcome->used = est.used;
        check_certificate(scratch, est.used);
    }
    if (outcome->rc < 0)
        memcpy(outcome->detail, failure.detail, sizeof failure.detail);
    est_stop(&est);
    tls_random_clear(&tls.random);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const uint8_t *bytes = fuzz_bytes(p, n);
    uint32_t seed = crc32_update(0, p, n) | 1;
    struct outcome whole;
    struct outcome pieces;

    run(bytes, n, 0, 0, &whole);
    if (whole.phase == EST_PAUSE)
        FUZZ_CHECK(whole.rc == STEP_AGAIN && whole.used >= EST_RETRY_MIN_S * 1000 &&
                   whole.used <= EST_RETRY_MAX_S * 1250);
    else
        FUZZ_CHECK(whole.rc <= 0);
    for (const char *s = whole.detail; *s != '\0'; s++)
        FUZZ_CHECK(*s >= ' ' && *s <= '~');
    run(bytes, n, 1 + seed % 200, seed, &pieces);
    FUZZ_CHECK(pieces.rc == whole.rc && pieces.phase == whole.phase && pieces.used == whole.used);
    FUZZ_CHECK(strcmp(pieces.detail, whole.detail) == 0);
    return 0;
}
