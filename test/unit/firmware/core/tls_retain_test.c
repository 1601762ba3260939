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
#define RETAINED_MAX 1024
#define PURPOSE 0x12345678u
#define HEAD (8 + 4 * TLS_PEERS) // CRC-32, purpose, servers
#define ENTRY sizeof(struct tls_session)

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
    port_of(f)->retained_size = RETAINED_MAX;
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
    uint32_t crc = crc32_update(0, f->retained + 4, TLS_RETAIN_SIZE - 4);

    memcpy(f->retained, &crc, sizeof crc);
}

static bool has(const struct fixture *f, bool broker, bool download)
{
    return (f->tls.saved[TLS_PEER_BROKER].id_size != 0) == broker &&
           (f->tls.saved[TLS_PEER_DOWNLOAD].id_size != 0) == download;
}

static void test_power_on(void **state)
{
    struct fixture *f = *state;

    assert_true(has(f, false, false)); // zeros
    memset(f->retained, 0xff, sizeof f->retained);
    restart(f, PURPOSE);
    assert_true(has(f, false, false));
    for (unsigned round = 0; round < 200; round++) {
        assert_int_equal(f->ops.random(port_of(f), f->retained, TLS_RETAIN_SIZE), 0);
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
    struct failure failure;

    use(f, TLS_PEER_BROKER);
    restart(f, PURPOSE + 1);
    assert_true(has(f, false, false));
    use(f, TLS_PEER_DOWNLOAD);
    restart(f, PURPOSE);
    assert_true(has(f, false, false)); // what was there is gone
    restart(f, PURPOSE + 1);
    assert_true(has(f, false, true));
    assert_int_equal(tls_open(&f->tls, TLS_PEER_DOWNLOAD, "localhost", 2, &failure), 0);
    assert_false(f->tls.resuming); // it was with port 1
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
    for (size_t i = 0; i < TLS_RETAIN_SIZE; i++) {
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
    for (size_t i = HEAD; i < TLS_RETAIN_SIZE; i++) {
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

// What is kept of one session at the place where entries begin.
static struct tls_session *entry(struct fixture *f, enum tls_peer peer)
{
    return (struct tls_session *)(f->retained + HEAD + (size_t)peer * ENTRY);
}

static void test_id_size(void **state)
{
    static const uint8_t bad[] = {0, 33, 48, 80, 127, 128, 255};
    struct fixture *f = *state;

    use(f, TLS_PEER_BROKER);
    use(f, TLS_PEER_DOWNLOAD);
    assert_int_equal(entry(f, TLS_PEER_BROKER)->id_size, 32);
    for (size_t i = 0; i < sizeof bad; i++) {
        entry(f, TLS_PEER_BROKER)->id_size = bad[i];
        seal(f);
        restart(f, PURPOSE);
        assert_true(has(f, false, true));
    }
    for (uint8_t size = 1; size <= 32; size++) {
        entry(f, TLS_PEER_BROKER)->id_size = size;
        seal(f);
        restart(f, PURPOSE);
        assert_true(has(f, true, true));
    }
}

// A session that the server does not know, or of another ciphersuite, is no way in and none out: a
// full handshake follows, at once or at the next attempt.
static void test_forged_session(void **state)
{
    struct fixture *f = *state;
    uint8_t id[TLS_SESSION_ID_MAX];

    use(f, TLS_PEER_BROKER);
    memcpy(id, f->tls.saved[TLS_PEER_BROKER].id, sizeof id);
    entry(f, TLS_PEER_BROKER)->id_size = 7;
    seal(f);
    restart(f, PURPOSE);
    use(f, TLS_PEER_BROKER);
    assert_memory_not_equal(id, f->tls.saved[TLS_PEER_BROKER].id, sizeof id);
    for (unsigned suite = 0; suite <= 0xffff; suite += 0x1111) {
        entry(f, TLS_PEER_BROKER)->ciphersuite = (uint16_t)suite;
        seal(f);
        restart(f, PURPOSE);
        (void)run(f, TLS_PEER_BROKER);
        tls_close(&f->tls);
        use(f, TLS_PEER_BROKER);
    }
    memset(entry(f, TLS_PEER_BROKER)->master, 0, TLS_SESSION_SECRET_SIZE);
    seal(f);
    restart(f, PURPOSE);
    assert_int_equal(run(f, TLS_PEER_BROKER), -RESULT_TLS_FAILED);
    use(f, TLS_PEER_BROKER);
    assert_false(f->tls.resuming);
}

// With a certificate that has expired in the meantime it is not even asked for.
static void test_expired(void **state)
{
    struct fixture *f = *state;

    use(f, TLS_PEER_BROKER);
    entry(f, TLS_PEER_BROKER)->year = 2020;
    seal(f);
    restart(f, PURPOSE);
    assert_true(has(f, true, false));
    use(f, TLS_PEER_BROKER);
    assert_false(f->tls.resuming);
    assert_true(entry(f, TLS_PEER_BROKER)->year > 2020);
}

// The RTC memory of a chip has 512 bytes in all.
static void test_size(void **state)
{
    struct fixture *f = *state;

    assert_true(TLS_RETAIN_SIZE <= 300);
    use(f, TLS_PEER_BROKER);
    use(f, TLS_PEER_DOWNLOAD);
    for (size_t n = 0; n <= TLS_RETAIN_SIZE + 1; n++) {
        memset(f->retained, 0xaa, sizeof f->retained);
        port_of(f)->retained_size = n;
        tls_retain_save(&f->tls);
        for (size_t i = n < TLS_RETAIN_SIZE ? 0 : TLS_RETAIN_SIZE; i < RETAINED_MAX; i++)
            assert_int_equal(f->retained[i], 0xaa);
        if (n < TLS_RETAIN_SIZE)
            continue;
        restart(f, PURPOSE);
        assert_true(has(f, true, true));
    }
    port_of(f)->retained_size = TLS_RETAIN_SIZE - 1; // there is something, but no room to have it
    restart(f, PURPOSE);
    assert_true(has(f, false, false));
}

static bool holds(const void *in, size_t size, const void *what, size_t n)
{
    return memmem(in, size, what, n) != NULL;
}

static void test_wiped(void **state)
{
    struct fixture *f = *state;
    uint8_t master[TLS_SESSION_SECRET_SIZE];

    use(f, TLS_PEER_BROKER);
    memcpy(master, f->tls.saved[TLS_PEER_BROKER].master, sizeof master);
    assert_true(holds(f->retained, sizeof f->retained, master, sizeof master));
    f->ops.stream_receive = receive_nothing;
    assert_int_equal(run(f, TLS_PEER_BROKER), STEP_AGAIN); // spent
    f->ops.stream_receive = fake_stream_receive;
    assert_false(holds(f->retained, sizeof f->retained, master, sizeof master));
    tls_close(&f->tls);
    assert_false(holds(&f->tls.saved, sizeof f->tls.saved, master, sizeof master));
    use(f, TLS_PEER_BROKER);
    memcpy(master, f->tls.saved[TLS_PEER_BROKER].master, sizeof master);
    tls_clear(&f->tls);
    assert_false(holds(&f->tls, sizeof f->tls, master, sizeof master));
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
        TEST(test_id_size),
        TEST(test_forged_session),
        TEST(test_expired),
        TEST(test_size),
        TEST(test_wiped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
