// Random numbers for TLS.
#include "firmware/core/tls_random.h"

static int draw(void *ctx, unsigned char *p, size_t n)
{
    struct port *port = ctx;

    return port->ops->random(port, p, n) == 0 ? 0 : MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
}

void tls_random_init(struct tls_random *self)
{
    mbedtls_ctr_drbg_init(&self->generator);
    self->is_seeded = false;
}

int tls_random_seed(struct tls_random *self, struct port *port)
{
    int rc;

    if (self->is_seeded)
        return mbedtls_ctr_drbg_reseed(&self->generator, NULL, 0);
    rc = mbedtls_ctr_drbg_seed(&self->generator, draw, port, NULL, 0);
    self->is_seeded = rc == 0;
    if (rc != 0) { // a context takes one call only
        tls_random_clear(self);
        tls_random_init(self);
    }
    return rc;
}

void tls_random_clear(struct tls_random *self)
{
    mbedtls_ctr_drbg_free(&self->generator);
}
