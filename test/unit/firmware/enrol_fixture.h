#ifndef TEST_UNIT_FIRMWARE_ENROL_FIXTURE_H
#define TEST_UNIT_FIRMWARE_ENROL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "firmware/core/tls_library.h"
#include "firmware/core/tls_random.h"
#include "firmware/enrol/key.h"
#include "test/unit/firmware/fake_port.h"
#include "test/unit/firmware/make_image.h"
#include "test/unit/hpke_vector.h"

#define ENROL_FIXTURE_MAC "84f3eb012345"

// What making keys and requests needs of a device.
struct enrol_fixture {
    struct fake_port port; // first
    struct port_ops ops;
    struct maker maker;
    struct tls_random random;
    struct failure failure;
    unsigned draws; // of random bytes from the port
    bool has_no_random;
};

static inline int enrol_fixture_random(struct port *port, uint8_t *p, size_t n)
{
    struct enrol_fixture *f = (struct enrol_fixture *)port;

    f->draws++;
    if (f->has_no_random)
        return PORT_FAILED;
    return mbedtls_ctr_drbg_random(&f->maker.random, p, n) == 0 ? 0 : PORT_FAILED;
}

static inline void enrol_fixture_init(struct enrol_fixture *f)
{
    fake_init(&f->port);
    maker_init(&f->maker);
    f->ops = fake_ops;
    f->ops.random = enrol_fixture_random;
    f->port.port.ops = &f->ops;
    tls_random_init(&f->random);
    assert_int_equal(tls_random_seed(&f->random, &f->port.port), 0);
}

static inline void enrol_fixture_clear(struct enrol_fixture *f)
{
    tls_random_clear(&f->random);
    maker_clear(&f->maker);
}

static inline int enrol_fixture_setup(void **state)
{
    struct enrol_fixture *f = calloc(1, sizeof *f);

    enrol_fixture_init(f);
    *state = f;
    return 0;
}

static inline int enrol_fixture_teardown(void **state)
{
    enrol_fixture_clear(*state);
    free(*state);
    return 0;
}

// Reads a key on P-256 from the hex digits of its number and its point.
static inline void enrol_fixture_read_key(
    const char *number, const char *point, mbedtls_pk_context *key)
{
    uint8_t der[KEY_DER_SIZE];
    char pem[KEY_PEM_SIZE];
    size_t n = hpke_vector_bytes("30770201010420", der);

    n += hpke_vector_bytes(number, der + n);
    n += hpke_vector_bytes("a00a06082a8648ce3d030107a144034200", der + n);
    n += hpke_vector_bytes(point, der + n);
    assert_int_equal(n, sizeof der);
    n = pem_write(KEY_LABEL, der, n, pem);
    mbedtls_pk_init(key);
    assert_int_equal(tls_library_read_key(key, (const uint8_t *)pem, n), 0);
}

#endif
