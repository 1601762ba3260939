// Tests of sessions over a restart: a real server in memory, and retained memory that is good, bad
// or too small.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/crc32.h"
#include "firmware/core/tls_retain.h"
#include "test/unit/firmware/fake_server.h"

#define MAC "84f3eb012345"
#define RETAINED_MAX 4096
#define PURPOSE 0x12345678u
#define HEAD 8 // CRC-32, purpose
#define ENTRY (2 + sizeof(mbedtls_x509_time))

struct fixture {
    struct fake_server server; // first: the port
    struct port_ops ops;
    struct identity identity;
    struct tls tls;
    uint8_t retained[RETAINED_MAX];
};

static void retained_read(struct port *port, uint8_t *p, size_t n)
{
    assert_true(n <= port->retained_size);
    memcpy(p, ((struct fixture *)port)->retained, n);
}

static void retained_write(struct port *port, const uint8_t *p, size_t n)
{
    assert_true(n <= port->retained_size);
    memcpy(((struct fixture *)port)->retained, p, n);
}

static struct port *port_of(struct fixture *f)
{
    return &f->server.port.port;
}

static void start(struct fixture *f, uint32_t purpose)
{
    struct failure failure;

    assert_int_equal(tls_init(&f->tls, port_of(f), &f->identity, &failure), 0);
    tls_retain_restore(&f->tls, purpose);
}

static void restart(struct fixture *f, uint32_t purpose)
{
    tls_clear(&f->tls);
    start(f, purpose);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    fake_server_init(&f->server, &f->ops);
    f->ops.retained_read = retained_read;
    f->ops.retained_write = retained_write;
    port_of(f)->retained_size = 1536;
    fake_identity(&f->server, MAC, &f->identity);
    start(f, PURPOSE);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    tls_clear(&f->tls);
    identity_clear(&f->identity);
    fake_server_clear(&f->server);
    free(f);
    return 0;
}

static int run(struct fixture *f, enum tls_peer peer)
{
    struct failure failure;
    int rc = tls_open(&f->tls, peer, "localhost", 1, &failure);

    if (rc == 0)
        rc = STEP_AGAIN;
    for (int i = 0; rc == STEP_AGAIN && i < 100; i++)
        rc = tls_step(&f->tls, &failure);
    return rc;
}

static void use(struct fixture *f, enum tls_peer peer)
{
    assert_int_equal(run(f, peer), STEP_DONE);
    tls_close(&f->tls);
}

static void seal(struct fixture *f)
{
    uint32_t crc = crc32_update(0, f->retained + 4, port_of(f)->retained_size - 4);

    memcpy(f->retained, &crc, sizeof crc);
}

static bool has(const struct fixture *f, bool broker, bool download)
{
    return f->tls.has_saved[TLS_PEER_BROKER] == broker &&
           f->tls.has_saved[TLS_PEER_DOWNLOAD] == download;
}

static void test_power_on(void **state)
{
    struct fixture *f = *state;

    assert_true(has(f, false, false)); // zeros
    memset(f->retained, 0xff, sizeof f->retained);
    restart(f, PURPOSE);
    assert_true(has(f, false, false));
    for (unsigned round = 0; round < 200; round++) {
        assert_int_equal(f->ops.random(port_of(f), f->retained, 1024), 0);
        assert_int_equal(f->ops.random(port_of(f), f->retained + 1024, 512), 0);
        restart(f, PURPOSE);
        assert_true(has(f, false, false));
    }
}

static void test_resumed_after_restart(void **state)
{
    struct fixture *f = *state;
    uint8_t id[TLS_PEERS][32];

    for (unsigned peer = 0; peer < TLS_PEERS; peer++) {
        use(f, (enum tls_peer)peer);
        memcpy(id[peer], f->tls.saved[peer].id, 32);
    }
    assert_memory_not_equal(id[0], id[1], 32);
    restart(f, PURPOSE);
    assert_true(has(f, true, true));
    for (unsigned peer = 0; peer < TLS_PEERS; peer++) {
        use(f, (enum tls_peer)peer);
        assert_true(f->tls.resuming);
        assert_memory_equal(id[peer], f->tls.saved[peer].id, 32);
    }
    restart(f, PURPOSE); // and again
    assert_true(has(f, true, true));
}

static void test_one_peer(void **state)
{
    struct fixture *f = *state;

    use(f, TLS_PEER_DOWNLOAD);
    restart(f, PURPOSE);
    assert_true(has(f, false, true));
}

// CA, identity or a server is another one.
static void test_other_purpose(void **state)
{
    struct fixture *f = *state;

    use(f, TLS_PEER_BROKER);
    restart(f, PURPOSE + 1);
    assert_true(has(f, false, false));
    use(f, TLS_PEER_DOWNLOAD);
    restart(f, PURPOSE);
    assert_true(has(f, false, false)); // what was there is gone
    restart(f, PURPOSE + 1);
    assert_true(has(f, false, true));
}

static int receive_nothing(struct port *port, uint8_t *p, size_t n)
{
    (void)port;
    (void)p;
    (void)n;
    return PORT_AGAIN;
}

// A server lets those wait who want to resume, for so long that the device restarts: it does not
// ask again, or it would never get in.
static void test_restart_in_handshake(void **state)
{
    struct fixture *f = *state;

    use(f, TLS_PEER_BROKER);
    use(f, TLS_PEER_DOWNLOAD);
    restart(f, PURPOSE);
    f->ops.stream_receive = receive_nothing;
    assert_int_equal(run(f, TLS_PEER_BROKER), STEP_AGAIN);
    assert_true(f->tls.resuming);
    restart(f, PURPOSE);
    assert_true(has(f, false, true));
    f->ops.stream_receive = fake_stream_receive;
    use(f, TLS_PEER_BROKER);
    restart(f, PURPOSE);
    assert_true(has(f, true, true));
}

static void test_every_byte_damaged(void **state)
{
    struct fixture *f = *state;

    use(f, TLS_PEER_BROKER);
    use(f, TLS_PEER_DOWNLOAD);
    for (size_t i = 0; i < port_of(f)->retained_size; i++) {
        f->retained[i] ^= (uint8_t)(1u << i % 8);
        restart(f, PURPOSE);
        assert_true(has(f, false, false));
        f->retained[i] ^= (uint8_t)(1u << i % 8);
    }
    restart(f, PURPOSE);
    assert_true(has(f, true, true));
}

// Whoever can write there can make the CRC too: no byte may lead out of bounds.
static void test_every_byte_forged(void **state)
{
    static const uint8_t masks[] = {0x01, 0x80, 0xff};
    struct fixture *f = *state;
    size_t refused = 0;

    use(f, TLS_PEER_BROKER);
    use(f, TLS_PEER_DOWNLOAD);
    for (size_t i = HEAD; i < port_of(f)->retained_size; i++) {
        for (size_t mask = 0; mask < sizeof masks; mask++) {
            f->retained[i] ^= masks[mask];
            seal(f);
            restart(f, PURPOSE);
            refused += !has(f, true, true);
            f->retained[i] ^= masks[mask];
        }
    }
    assert_true(refused > 0);
    seal(f);
    restart(f, PURPOSE);
    assert_true(has(f, true, true));
}

static void test_truncated_at_every_byte(void **state)
{
    struct fixture *f = *state;
    uint8_t whole[RETAINED_MAX];
    size_t size = port_of(f)->retained_size;

    use(f, TLS_PEER_BROKER);
    use(f, TLS_PEER_DOWNLOAD);
    memcpy(whole, f->retained, sizeof whole);
    while (size > 0 && whole[size - 1] == 0)
        size--;
    for (size_t n = 0; n < size; n++) {
        // The rest is zeros, and the CRC right: a session is there as a whole, or not at all.
        memset(f->retained, 0, sizeof f->retained);
        memcpy(f->retained, whole, n < HEAD ? HEAD : n);
        seal(f);
        restart(f, PURPOSE);
        assert_false(f->tls.has_saved[TLS_PEER_DOWNLOAD] && n < HEAD + 2 * ENTRY);
        // The memory itself is so small.
        port_of(f)->retained_size = n;
        memcpy(f->retained, whole, sizeof whole);
        if (n >= 4)
            seal(f);
        restart(f, PURPOSE);
        assert_false(f->tls.has_saved[TLS_PEER_DOWNLOAD]);
        port_of(f)->retained_size = 1536;
    }
}

// Memory of any size: what does not fit is not kept, and nothing is written beyond its end.
static void test_too_small(void **state)
{
    struct fixture *f = *state;
    uint8_t whole[RETAINED_MAX];
    size_t both = 0;

    use(f, TLS_PEER_BROKER);
    use(f, TLS_PEER_DOWNLOAD);
    memcpy(whole, f->retained, sizeof whole);
    for (size_t n = 0; n <= 1600; n++) {
        memset(f->retained, 0xaa, sizeof f->retained);
        port_of(f)->retained_size = n;
        tls_retain_save(&f->tls);
        for (size_t i = n; i < RETAINED_MAX; i++)
            assert_int_equal(f->retained[i], 0xaa);
        restart(f, PURPOSE);
        both += has(f, true, true);
        assert_true(has(f, true, true) || both == 0);
        port_of(f)->retained_size = 1536;
        memcpy(f->retained, whole, sizeof whole);
        restart(f, PURPOSE);
        assert_true(has(f, true, true));
    }
    assert_true(both > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_power_on),
        TEST(test_resumed_after_restart),
        TEST(test_one_peer),
        TEST(test_other_purpose),
        TEST(test_restart_in_handshake),
        TEST(test_every_byte_damaged),
        TEST(test_every_byte_forged),
        TEST(test_truncated_at_every_byte),
        TEST(test_too_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
