// Certificates by another CA: the same name, names, role and key, and nothing else of the old one.
#include "server/pki/pki_reissue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/pki/certificate_check.h"
#include "server/pki/certificate_facts.h"
#include "server/pki/pki_folder.h"
#include "server/pki/pki_rotation.h"
#include "test/unit/server/base/scratch.h"

#define MAC "84f3eb000001"
#define DAY_MS INT64_C(86400000)

static void make_ca(const char *folder)
{
    struct pki_folder_order order = {.folder = folder, .now_ms = clock_system_ms()};
    const char *dns[] = {"broker.example"};
    const char *ip[] = {"192.0.2.1"};
    struct issuer_order server = {
        .common_name = "mosquitto", .names = {.dns = dns, .dns_count = 1, .ip = ip, .ip_count = 1}};
    struct issuer_order client = {.common_name = "grafana", .unit = "monitor"};
    struct pki_rotation rotation;
    struct pki_folder_pair pair;
    struct issuer *issuer;

    assert_int_equal(pki_folder_init(&order, "first", &pair, NULL), 0);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    assert_int_equal(pki_folder_add_server(issuer, &order, &server, &pair, NULL), 0);
    assert_int_equal(pki_folder_add_client(issuer, &order, &client, &pair, NULL), 0);
    order.days = 1;
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &pair, NULL), 0);
    order.days = 0;
    issuer_free(issuer);
    assert_int_equal(pki_rotation_make(&order, "second", &rotation, NULL), 0);
}

static struct certificate *load(const char *folder, const char *name)
{
    struct certificate *certificate;
    char path[SCRATCH_PATH_SIZE];

    scratch_path(folder, name, path);
    assert_int_equal(certificate_load(path, &certificate, NULL), 0);
    return certificate;
}

static void expect_like(const char *folder, const char *name, struct certificate *old)
{
    struct certificate *fresh = load(folder, name);
    struct certificate_facts facts[2];
    char keys[2][DIGEST_SHA256_TEXT_SIZE];

    assert_int_equal(certificate_facts_of(old, &facts[0], NULL), 0);
    assert_int_equal(certificate_facts_of(fresh, &facts[1], NULL), 0);
    assert_int_equal(certificate_key_id(old, keys[0], NULL), 0);
    assert_int_equal(certificate_key_id(fresh, keys[1], NULL), 0);
    assert_string_equal(facts[0].common_name, facts[1].common_name);
    assert_string_equal(facts[0].unit, facts[1].unit);
    assert_int_equal(facts[0].is_server, facts[1].is_server);
    assert_string_equal(keys[0], keys[1]);
    assert_string_not_equal(facts[0].fingerprint, facts[1].fingerprint);
    for (size_t i = 0; i < 2 && facts[0].is_server; i++) {
        static const char *const names[] = {"broker.example", "192.0.2.1"};

        assert_int_equal(certificate_check_name(fresh, names[i], NULL), 0);
    }
    assert_int_equal(certificate_check_name(fresh, "other.example", NULL), ERR_INVALID);
    certificate_free(fresh);
    certificate_free(old);
}

static void test_servers(void **state)
{
    const char *folder = *state;
    struct pki_reissue reissue = {.folder = folder, .now_ms = clock_system_ms()};
    struct certificate *server;
    struct certificate *client;

    assert_int_equal(pki_reissue_servers(&reissue, NULL), ERR_NOT_FOUND);
    make_ca(folder);
    server = load(folder, "servers/mosquitto.crt");
    client = load(folder, "clients/grafana.crt");
    assert_int_equal(pki_reissue_servers(&reissue, NULL), 0);
    expect_like(folder, "servers/mosquitto.crt", server);
    expect_like(folder, "clients/grafana.crt", client);
}

static int count_one(const struct certificate *old, const struct certificate *fresh, void *ctx)
{
    (void)old;
    assert_int_equal(
        certificate_check(fresh, CERTIFICATE_CHECK_DEVICE, clock_system_ms() + 2 * DAY_MS, NULL),
        0);
    ++*(int *)ctx;
    return 0;
}

static int refuse(const struct certificate *old, const struct certificate *fresh, void *ctx)
{
    (void)old;
    (void)fresh;
    (void)ctx;
    return ERR_UNAVAILABLE;
}

static void test_devices(void **state)
{
    const char *folder = *state;
    struct pki_reissue late = {.folder = folder, .now_ms = clock_system_ms() + 2 * DAY_MS};
    struct pki_reissue reissue = {.folder = folder, .now_ms = clock_system_ms()};
    int count = 0;

    make_ca(folder);
    assert_int_equal(pki_reissue_devices(&late, count_one, &count, NULL), 0);
    assert_int_equal(count, 0); // it has ended
    assert_int_equal(pki_reissue_devices(&reissue, refuse, NULL, NULL), ERR_UNAVAILABLE);
    assert_int_equal(pki_reissue_devices(&reissue, count_one, &count, NULL), 0);
    assert_int_equal(count, 1);
    assert_int_equal(reissue.count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_servers),
        TEST(test_devices),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
