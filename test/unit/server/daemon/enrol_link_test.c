// Enrolment is off without a port, and its files are judged before it starts.
#include "server/daemon/enrol_link.h"
#include "test/unit/server/enrol/est_fixture.h"
#include "test/unit/server/http/tls_fixture.h"

static struct config config_of(struct est_fixture *e)
{
    return (struct config){.ca = e->device_ca,
        .certificate = e->server.public_path,
        .key = e->server.key_path,
        .timeout_s = 30,
        .handshake_timeout_s = 5,
        .min_bytes_per_second = 1000,
        .threads = 1,
        .enrol_address = (char *)"127.0.0.1",
        .enrol_certificate = (char *)"",
        .enrol_key = (char *)"",
        .enrol_claim_ca = e->claim_ca,
        .enrol_signer = (char *)"/nonexistent/signer.sock",
        .enrol_retry_after_s = 1,
        .enrol_claim_per_minute = 1,
        .enrol_address_per_minute = 1};
}

static void count(const char *name, uint64_t value, void *ctx)
{
    (void)name;
    (void)value;
    ++*(int *)ctx;
}

static void test_off(void **state)
{
    struct est_fixture *e = *state;
    struct config config = config_of(e);
    struct enrol_link link = {0};
    int counters = 0;

    config.enrol_claim_ca = (char *)"";
    assert_int_equal(enrol_link_check(&config, true, NULL), 0);
    assert_int_equal(enrol_link_start(&link, &config, e->store->store, e->auth, NULL), 0);
    assert_null(link.server);
    assert_int_equal(enrol_link_reload(&link, true, NULL), 0);
    enrol_link_each_counter(&link, count, &counters);
    assert_int_equal(counters, 0);
    enrol_link_stop(&link, 0);
    enrol_link_clear(&link);
}

static void test_on(void **state)
{
    struct est_fixture *e = *state;
    struct config config = config_of(e);
    struct enrol_link link = {0};
    int counters = 0;

    config.enrol_port = tls_fixture_free_port();
    assert_int_equal(enrol_link_check(&config, true, NULL), 0);
    assert_int_equal(enrol_link_start(&link, &config, e->store->store, e->auth, NULL), 0);
    assert_non_null(link.server);
    assert_int_equal(enrol_link_reload(&link, true, NULL), 0);
    enrol_link_each_counter(&link, count, &counters);
    assert_true(counters > 10);
    assert_int_equal(enrol_link_check(&config, false, NULL), 0);
    assert_true(enrol_link_check(&config, true, NULL) < 0); // its port is taken
    enrol_link_stop(&link, 1000);
    enrol_link_clear(&link);
}

static void test_bad_files(void **state)
{
    struct est_fixture *e = *state;
    struct config config = config_of(e);
    struct enrol_link link = {0};
    struct err err = {0};

    config.enrol_port = tls_fixture_free_port();
    config.enrol_claim_ca = e->device_ca;
    assert_int_equal(enrol_link_check(&config, false, &err), ERR_CONFLICT);
    assert_int_equal(
        enrol_link_start(&link, &config, e->store->store, e->auth, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "[enrolment]"));
    assert_null(link.server);
    config.enrol_claim_ca = e->claim_ca;
    config.enrol_certificate = e->claim.public_path; // no server's
    config.enrol_key = e->claim.key_path;
    assert_true(enrol_link_check(&config, false, &err) < 0);
    assert_true(enrol_link_start(&link, &config, e->store->store, e->auth, &err) < 0);
    enrol_link_stop(&link, 0);
    enrol_link_clear(&link);
}

// The serial of the certificate that is shown; size bytes at most.
static void look(uint16_t port, uint8_t serial[64], size_t *size)
{
    struct tls_fixture_client client;
    gnutls_certificate_credentials_t credentials;
    const gnutls_datum_t *shown;
    gnutls_x509_crt_t certificate;
    unsigned count;

    *size = 64;
    assert_int_equal(gnutls_certificate_allocate_credentials(&credentials), 0);
    assert_int_equal(tls_fixture_open(&client, port, credentials, TLS_FIXTURE_1_2, NULL), 0);
    shown = gnutls_certificate_get_peers(client.session, &count);
    assert_non_null(shown);
    assert_int_equal(gnutls_x509_crt_init(&certificate), 0);
    assert_int_equal(gnutls_x509_crt_import(certificate, shown, GNUTLS_X509_FMT_DER), 0);
    assert_int_equal(gnutls_x509_crt_get_serial(certificate, serial, size), 0);
    gnutls_x509_crt_deinit(certificate);
    tls_fixture_close(&client);
    gnutls_certificate_free_credentials(credentials);
}

static bool shows_same(uint16_t port, const uint8_t *serial, size_t size)
{
    uint8_t now[64];
    size_t n;

    look(port, now, &n);
    return n == size && memcmp(now, serial, n) == 0;
}

// Makes it and its key anew.
static void issue(struct est_fixture *e, const char *name, struct issuer *issuer)
{
    char folder[SCRATCH_PATH_SIZE];
    struct pki_folder_order order = {.folder = folder, .now_ms = clock_system_ms(), .force = true};
    struct issuer_order wanted = {.common_name = name, .now_ms = order.now_ms};

    scratch_path(e->store->folder, "devices", folder);
    assert_int_equal(pki_folder_add_server(issuer, &order, &wanted, &e->server, NULL), 0);
}

static void test_reload(void **state)
{
    struct est_fixture *e = *state;
    struct config config = config_of(e);
    struct enrol_link link = {0};
    uint8_t serial[64];
    size_t size;

    config.enrol_port = tls_fixture_free_port();
    assert_int_equal(enrol_link_start(&link, &config, e->store->store, e->auth, NULL), 0);
    look(config.enrol_port, serial, &size);
    issue(e, "localhost", e->ca);
    assert_int_equal(enrol_link_reload(&link, false, NULL), 0);
    assert_true(shows_same(config.enrol_port, serial, size)); // the daemon does not use it
    assert_int_equal(enrol_link_reload(&link, true, NULL), 0);
    assert_false(shows_same(config.enrol_port, serial, size));

    // One of its own, whatever becomes of the daemon's; and then by a CA that is not the devices'.
    config.enrol_certificate = config.certificate;
    config.enrol_key = config.key;
    look(config.enrol_port, serial, &size);
    issue(e, "localhost", e->ca);
    assert_int_equal(enrol_link_reload(&link, false, NULL), 0);
    assert_false(shows_same(config.enrol_port, serial, size));
    look(config.enrol_port, serial, &size);
    issue(e, "localhost", e->other_ca);
    assert_true(enrol_link_reload(&link, true, NULL) < 0);
    assert_true(shows_same(config.enrol_port, serial, size));
    enrol_link_stop(&link, 1000);
    enrol_link_clear(&link);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, est_fixture_set_up, est_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_off), TEST(test_on), TEST(test_reload), TEST(test_bad_files)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
