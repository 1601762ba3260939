// Tests of which certificates the gate tells the daemon of, and how often.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "test/unit/server/broker/gate_fixture.h"

static void daemon_comes(void)
{
    assert_int_equal(fixture_connect(&fixture.daemon, "secureespd"), 0);
    assert_true(gate_access_subscribe(fixture.gate, "secureespd", "/broker/#", 1));
}

static int with_daemon(void **state)
{
    fixture_set_up(state);
    daemon_comes();
    fixture_tick(2000);
    return 0;
}

// Whether a certificate is among those that the last tick told.
static bool is_told(const struct fixture_certificate *certificate)
{
    char member[SERIAL_SIZE + 16];

    snprintf(member, sizeof member, "\"serial\": \"%s\"", certificate->serial);
    return strstr(fixture.met, member) != NULL;
}

static unsigned count_told(void)
{
    unsigned lines = 0;

    for (const char *s = fixture.met; *s != '\0'; s++)
        lines += *s == '\n';
    return lines;
}

// Of a device, a role, and the daemon itself.
static void test_what_is_told(void **state)
{
    char fingerprint[DIGEST_SHA256_TEXT_SIZE];
    char ca[DIGEST_SHA256_TEXT_SIZE];
    char line[1024];

    (void)state;
    assert_int_equal(fixture_connect(&fixture.desk, "desk"), 0);
    fixture_tick(0);
    digest_sha256(fixture.desk.der, fixture.desk.n, fingerprint);
    assert_int_equal(issuer_fingerprint(fixture.issuer, ca, NULL), 0);
    snprintf(line, sizeof line,
        "{\"serial\": \"%s\", \"common_name\": \"desk\", \"unit\": \"monitor\", \"server\": false, "
        "\"fingerprint\": \"%s\", \"ca\": \"%s\", \"not_before_ms\": ",
        fixture.desk.serial, fingerprint, ca);
    assert_memory_equal(fixture.met, line, strlen(line));
    assert_int_equal(fixture_connect(&fixture.one, ONE), 0);
    fixture_tick(0);
    assert_true(is_told(&fixture.one));
    assert_int_equal(count_told(), 1);
    assert_non_null(strstr(fixture.met, "\"common_name\": \"" ONE "\", \"unit\": \"\""));
}

// Once, whoever it is and however often it comes; another one is another.
static void test_once(void **state)
{
    struct fixture_certificate later = fixture_device(ONE);

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fixture_connect(&fixture.one, ONE), 0);
        assert_int_equal(fixture_connect(&fixture.two, TWO), 0);
        fixture_tick(100);
        assert_int_equal(is_told(&fixture.one), i == 0);
        assert_int_equal(is_told(&fixture.two), i == 0);
    }
    assert_int_equal(fixture_connect(&later, ONE), 0);
    fixture_tick(100);
    assert_true(is_told(&later));
    assert_int_equal(count_told(), 1);
    free(later.der);
}

// Who is not let in is not told of: neither another CA's nor who is revoked.
static void test_who_is_refused(void **state)
{
    (void)state;
    fixture_list(2, "device " TWO " all\n");
    fixture_tick(2000);
    assert_true(fixture_connect(&fixture.stray, ONE) < 0);
    assert_true(fixture_connect(&fixture.two, TWO) < 0);
    fixture_tick(100);
    assert_string_equal(fixture.met, "");
}

// What is told of while the daemon does not listen would be lost.
static void test_daemon_away(void **state)
{
    (void)state;
    assert_int_equal(fixture_connect(&fixture.one, ONE), 0);
    fixture_tick(2000);
    assert_string_equal(fixture.met, "");
    assert_int_equal(fixture_connect(&fixture.daemon, "secureespd"), 0);
    fixture_tick(100);
    assert_string_equal(fixture.met, "");
    assert_true(gate_access_subscribe(fixture.gate, "secureespd", "/status/+", 1));
    fixture_tick(100);
    assert_string_equal(fixture.met, "");
    assert_true(gate_access_subscribe(fixture.gate, "secureespd", "/broker/#", 1));
    fixture_tick(100);
    assert_true(is_told(&fixture.one));
    assert_true(is_told(&fixture.daemon));
    gate_disconnect(fixture.gate, "secureespd");
    assert_int_equal(fixture_connect(&fixture.two, TWO), 0);
    fixture_tick(100);
    assert_int_equal(fixture_connect(&fixture.daemon, "secureespd"), 0);
    fixture_tick(100);
    assert_string_equal(fixture.met, "");
    assert_true(gate_access_subscribe(fixture.gate, "secureespd", "/broker/#", 1));
    fixture_tick(100);
    assert_true(is_told(&fixture.two));
    assert_int_equal(count_told(), 1);
    gate_disconnect(fixture.gate, "secureespd");
    assert_int_equal(fixture_connect(&fixture.desk, "desk"), 0); // which nobody is told of any more
}

// Who comes by two in turns is told of some times, then once in ten minutes.
static void test_in_turns(void **state)
{
    struct fixture_certificate later = fixture_device(ONE);
    unsigned told = 0;

    (void)state;
    for (int i = 0; i < 30; i++) {
        assert_int_equal(fixture_connect(i % 2 == 0 ? &fixture.one : &later, ONE), 0);
        fixture_tick(2000);
        told += count_told();
    }
    assert_int_equal(told, 8);
    assert_int_equal(fixture_connect(&fixture.two, TWO), 0); // others are told of as ever
    fixture_tick(100);
    assert_true(is_told(&fixture.two));
    clock_offset_ms += 600000;
    assert_int_equal(fixture_connect(&fixture.one, ONE), 0);
    fixture_tick(0);
    assert_true(is_told(&fixture.one));
    free(later.der);
}

// A fleet that comes all at once is told of by and by, and nobody is left out.
static void test_many(void **state)
{
    enum { DEVICES = 130 };
    unsigned told;
    unsigned more;

    (void)state;
    fixture_tick(1000);
    for (int i = 0; i < DEVICES; i++) {
        struct fixture_certificate certificate;
        char mac[MAC_SIZE];

        snprintf(mac, sizeof mac, "84f3eb0001%02x", i);
        certificate = fixture_device(mac);
        assert_int_equal(fixture_connect(&certificate, mac), 0);
        free(certificate.der);
    }
    fixture_tick(5000);
    told = count_told();
    assert_in_range(told, 20, 40);
    fixture_tick(0);
    assert_in_range(count_told(), 0, 20);
    told += count_told();
    for (int i = 0; i < 100 && told < DEVICES; i++) {
        fixture_tick(100);
        more = count_told();
        assert_true(more <= 30);
        told += more;
    }
    assert_int_equal(told, DEVICES);
    fixture_tick(10000);
    assert_string_equal(fixture.met, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_told, with_daemon, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_once, with_daemon, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_who_is_refused, with_daemon, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_daemon_away, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_in_turns, with_daemon, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_many, with_daemon, fixture_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
