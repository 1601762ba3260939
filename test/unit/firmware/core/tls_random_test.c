// Tests of where the random numbers of TLS sessions come from, and when.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/tls.h"
#include "test/unit/firmware/tls_fixture.h"

static unsigned draws;
static unsigned draws_left;

static int count_random(struct port *port, uint8_t *p, size_t n)
{
    draws++;
    if (draws_left == 0)
        return PORT_FAILED;
    draws_left--;
    return fake_random(port, p, n);
}

// The port's generator is asked at each connection, and not at the start: no link is up then.
static void test_seed(void **state)
{
    struct tls_fixture *f = *state;
    struct failure failure;

    f->ops.random = count_random;
    draws_left = 100;
    tls_clear(&f->tls);
    draws = 0;
    assert_int_equal(tls_init(&f->tls, &f->server.port.port, &f->identity, &failure), 0);
    assert_int_equal(draws, 0);
    for (unsigned before; draws < 4;) {
        before = draws;
        assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
        assert_true(draws > before);
        before = draws;
        tls_close(&f->tls);
        assert_int_equal(draws, before);
    }
}

// Without random numbers there is no connection, and the next attempt may have them.
static void test_no_seed(void **state)
{
    struct tls_fixture *f = *state;
    struct failure failure;

    f->ops.random = count_random;
    for (unsigned round = 0; round < 3; round++) { // the first seed, and later ones
        draws_left = 0;
        f->server.port.port.ops->stream_close(&f->server.port.port);
        assert_int_equal(
            tls_open(&f->tls, TLS_PEER_BROKER, "localhost", 1, &failure), -RESULT_TLS_FAILED);
        assert_non_null(strstr(failure.detail, "no random numbers"));
        assert_int_equal(f->tls.phase, TLS_CLOSED);
        assert_false(f->server.is_open);
        draws_left = 100;
        assert_int_equal(tls_fixture_connect(f, "localhost"), STEP_DONE);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tls_fixture_setup, tls_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_seed),
        TEST(test_no_seed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
