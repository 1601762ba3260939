#ifndef TEST_UNIT_FIRMWARE_TLS_FIXTURE_H
#define TEST_UNIT_FIRMWARE_TLS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "firmware/core/tls.h"
#include "test/unit/firmware/fake_server.h"

#define TLS_FIXTURE_MAC "84f3eb012345"

// A device's TLS and a server in memory.
struct tls_fixture {
    struct port_ops ops;
    struct fake_server server;
    struct identity identity;
    struct tls tls;
    struct failure failure; // of the last connection
};

static inline int tls_fixture_setup(void **state)
{
    struct tls_fixture *f = calloc(1, sizeof *f);
    struct failure failure;

    fake_server_init(&f->server, &f->ops);
    fake_identity(&f->server, TLS_FIXTURE_MAC, &f->identity);
    assert_int_equal(tls_init(&f->tls, &f->server.port.port, &f->identity, &failure), 0);
    *state = f;
    return 0;
}

static inline int tls_fixture_teardown(void **state)
{
    struct tls_fixture *f = *state;

    tls_clear(&f->tls);
    identity_clear(&f->identity);
    fake_server_clear(&f->server);
    free(f);
    return 0;
}

// Until the handshake is done, has failed, or goes on for ever (STEP_AGAIN).
static inline int tls_fixture_connect(struct tls_fixture *f, const char *host)
{
    int rc = tls_open(&f->tls, TLS_PEER_BROKER, host, 1, &f->failure);

    for (int i = 0; rc == 0 && i < 100; i++) {
        rc = tls_step(&f->tls, &f->failure);
        if (rc != STEP_AGAIN)
            return rc;
        rc = 0;
    }
    return rc == 0 ? STEP_AGAIN : rc;
}

#endif
