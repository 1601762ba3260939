// The watcher of TLS records: it lets pass what was negotiated, and nothing longer.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "test/deployed/wire.h"

#define LIMIT 512
#define GCM 0xC02B
#define CHACHA 0xCCA9
#define CBC_SHA 0xC013

enum type {
    CHANGE_CIPHER_SPEC = 20,
    ALERT = 21,
    HANDSHAKE = 22,
    APPLICATION = 23,
};

static const uint8_t id[WIRE_ID_MAX] = {1, 2, 3, 4};
static uint8_t zeros[20000];

static bool feed_header(struct wire *wire, enum type type, size_t n)
{
    const uint8_t header[] = {(uint8_t)type, 3, 3, (uint8_t)(n >> 8), (uint8_t)n};

    return wire_feed(wire, header, sizeof header);
}

static bool feed_record(struct wire *wire, enum type type, const uint8_t *p, size_t n)
{
    return feed_header(wire, type, n) && wire_feed(wire, p, n);
}

// A ServerHello with a session ID and, unless 0, max_fragment_length behind another extension.
static size_t make_hello(uint8_t out[WIRE_HELLO_MAX], unsigned suite, unsigned fragment_code)
{
    static const uint8_t head[] = {2, 0, 0, 0, 3, 3};
    const uint8_t tail[] = {(uint8_t)(suite >> 8), (uint8_t)suite, 0, 0, 10, 0xff, 1, 0, 1, 0, 0, 1,
        0, 1, (uint8_t)fragment_code};
    size_t n = 0;

    memset(out, 0, WIRE_HELLO_MAX);
    memcpy(out, head, sizeof head);
    n = sizeof head + 32;
    out[n++] = sizeof id;
    memcpy(out + n, id, sizeof id);
    n += sizeof id;
    memcpy(out + n, tail, sizeof tail);
    n += sizeof tail;
    if (fragment_code == 0) {
        n -= 5;
        out[n - 6] = 5;
    }
    out[3] = (uint8_t)(n - 4);
    return n;
}

// A connection that has come as far as ChangeCipherSpec.
static void begin_encrypted(struct wire *wire, unsigned suite)
{
    static const uint8_t one = 1;
    uint8_t hello[WIRE_HELLO_MAX];
    size_t n = make_hello(hello, suite, 1);

    wire_init(wire, LIMIT);
    assert_true(feed_record(wire, HANDSHAKE, hello, n));
    assert_true(feed_record(wire, CHANGE_CIPHER_SPEC, &one, 1));
}

static void clear_records_hold_what_was_negotiated_and_no_more(void **state)
{
    static const enum type types[] = {CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION};
    struct wire wire;

    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        wire_init(&wire, LIMIT);
        assert_true(feed_record(&wire, types[i], zeros, LIMIT));
        wire_init(&wire, LIMIT);
        assert_false(feed_header(&wire, types[i], LIMIT + 1));
        assert_int_equal(wire.offending, LIMIT + 1);
        assert_int_equal(wire.largest_clear, LIMIT + 1);
        assert_false(wire_feed(&wire, zeros, 1)); // and so it stays
    }
}

static void encrypted_records_may_be_longer_by_what_the_cipher_adds(void **state)
{
    static const struct {
        unsigned suite;
        size_t expansion;
    } rows[] = {{GCM, 24}, {CHACHA, 16}, {CBC_SHA, 52}, {0xC028, 80}, {0x1301, 0}};
    struct wire wire;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(wire_expansion((uint16_t)rows[i].suite), rows[i].expansion);
        begin_encrypted(&wire, rows[i].suite);
        assert_true(feed_record(&wire, HANDSHAKE, zeros, LIMIT + rows[i].expansion));
        assert_true(feed_record(&wire, APPLICATION, zeros, LIMIT + rows[i].expansion));
        assert_int_equal(wire.largest_encrypted, LIMIT + rows[i].expansion);
        assert_false(feed_header(&wire, APPLICATION, LIMIT + rows[i].expansion + 1));
        assert_int_equal(wire.offending, LIMIT + rows[i].expansion + 1);
        assert_int_equal(wire.records, 5);
    }
}

static void a_clear_record_is_given_no_expansion(void **state)
{
    uint8_t hello[WIRE_HELLO_MAX];
    size_t n = make_hello(hello, GCM, 1);
    struct wire wire;

    (void)state;
    wire_init(&wire, LIMIT);
    assert_true(feed_record(&wire, HANDSHAKE, hello, n));
    assert_false(feed_header(&wire, HANDSHAKE, LIMIT + 24));
}

static void sees_the_same_however_the_bytes_are_cut(void **state)
{
    uint8_t stream[2 * WIRE_HELLO_MAX], hello[WIRE_HELLO_MAX];
    size_t n = make_hello(hello, GCM, 4), size = 0;

    (void)state;
    // The message in records of ten bytes.
    for (size_t i = 0; i < n; i += 10) {
        uint8_t part = (uint8_t)(n - i < 10 ? n - i : 10);
        const uint8_t header[] = {HANDSHAKE, 3, 3, 0, part};

        memcpy(stream + size, header, sizeof header);
        memcpy(stream + size + sizeof header, hello + i, part);
        size += sizeof header + part;
    }
    for (size_t step = 1; step <= size; step++) {
        struct wire wire;

        wire_init(&wire, LIMIT);
        for (size_t i = 0; i < size; i += step)
            assert_true(wire_feed(&wire, stream + i, size - i < step ? size - i : step));
        assert_true(wire.hello.seen);
        assert_int_equal(wire.hello.version, 0x0303);
        assert_int_equal(wire.hello.suite, GCM);
        assert_int_equal(wire.hello.fragment_code, 4);
        assert_int_equal(wire.hello.id_size, sizeof id);
        assert_memory_equal(wire.hello.id, id, sizeof id);
        assert_int_equal(wire.largest_clear, 10);
        assert_int_equal(wire.left, 0);
    }
}

static void notes_certificate_and_ticket_only_in_the_clear(void **state)
{
    static const uint8_t messages[] = {11, 0, 0, 2, 0, 0, 4, 0, 0, 1, 0, 14, 0, 0, 0, 4, 0, 0, 0};
    struct wire wire;

    (void)state;
    wire_init(&wire, LIMIT);
    assert_true(feed_record(&wire, HANDSHAKE, messages, sizeof messages));
    assert_true(wire.has_certificate);
    assert_int_equal(wire.tickets, 2);
    begin_encrypted(&wire, GCM);
    assert_true(feed_record(&wire, HANDSHAKE, messages, sizeof messages));
    assert_false(wire.has_certificate);
    assert_int_equal(wire.tickets, 0);
}

static void a_hello_that_is_cut_short_or_too_long_is_not_believed(void **state)
{
    uint8_t hello[WIRE_HELLO_MAX], longer[WIRE_HELLO_MAX + 8] = {2, 0, 1, 4};
    size_t n = make_hello(hello, GCM, 1);
    struct wire wire;

    (void)state;
    for (size_t size = 0; size < n - 4; size++) {
        hello[3] = (uint8_t)size;
        wire_init(&wire, LIMIT);
        assert_true(feed_record(&wire, HANDSHAKE, hello, size + 4));
        assert_int_equal(wire.hello.fragment_code, 0);
        // Without its extensions it is whole after the compression method.
        assert_int_equal(wire.hello.seen, size >= 35 + sizeof id + 3);
    }
    wire_init(&wire, LIMIT);
    assert_true(feed_record(&wire, HANDSHAKE, longer, sizeof longer));
    assert_false(wire.hello.seen);
    make_hello(hello, GCM, 0);
    hello[4 + 34] = WIRE_ID_MAX + 1;
    wire_init(&wire, LIMIT);
    assert_true(feed_record(&wire, HANDSHAKE, hello, n - 5));
    assert_false(wire.hello.seen);
}

static void a_hello_without_the_extension_says_so(void **state)
{
    uint8_t hello[WIRE_HELLO_MAX];
    size_t n = make_hello(hello, GCM, 0);
    struct wire wire;

    (void)state;
    wire_init(&wire, LIMIT);
    assert_true(feed_record(&wire, HANDSHAKE, hello, n));
    assert_true(wire.hello.seen);
    assert_int_equal(wire.hello.fragment_code, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clear_records_hold_what_was_negotiated_and_no_more),
        cmocka_unit_test(encrypted_records_may_be_longer_by_what_the_cipher_adds),
        cmocka_unit_test(a_clear_record_is_given_no_expansion),
        cmocka_unit_test(sees_the_same_however_the_bytes_are_cut),
        cmocka_unit_test(notes_certificate_and_ticket_only_in_the_clear),
        cmocka_unit_test(a_hello_that_is_cut_short_or_too_long_is_not_believed),
        cmocka_unit_test(a_hello_without_the_extension_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
