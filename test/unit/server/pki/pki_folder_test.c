// A CA folder: files, modes, names, validity.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/pki/authority.h"
#include "server/pki/credential_file.h"
#include "server/pki/pem.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define NOW_MS INT64_C(1767225600000)
#define DAY_MS INT64_C(86400000)
#define MAC "84f3eb012345"

static struct pki_folder_order order_in(const char *folder)
{
    return (struct pki_folder_order){.folder = folder, .now_ms = NOW_MS};
}

static struct issuer *make_ca(const char *folder)
{
    struct pki_folder_order order = order_in(folder);
    struct pki_folder_pair pair;
    struct issuer *issuer;

    assert_int_equal(pki_folder_init(&order, "test CA", &pair, NULL), 0);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    return issuer;
}

static void test_modes(void **state)
{
    struct issuer *issuer = make_ca(*state);
    struct pki_folder_order order = order_in(*state);
    struct pki_folder_pair pair;
    char path[SCRATCH_PATH_SIZE];

    scratch_path(*state, "ca.key", path);
    assert_int_equal(scratch_mode(path), 0600);
    scratch_path(*state, "ca.crt", path);
    assert_int_equal(scratch_mode(path), 0644);
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &pair, NULL), 0);
    assert_int_equal(scratch_mode(pair.key_path), 0600);
    assert_int_equal(scratch_mode(pair.public_path), 0644);
    scratch_path(*state, "devices", path);
    assert_int_equal(scratch_mode(path), 0700);
    assert_int_equal(pki_folder_add_signing(&order, "a", &pair, NULL), 0);
    assert_int_equal(scratch_mode(pair.key_path), 0600);
    assert_int_equal(scratch_mode(pair.public_path), 0644);
    assert_int_equal(credential_file_sync(*state, NULL), 0);
    order.force = true;
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &pair, NULL), 0);
    assert_int_equal(scratch_mode(pair.key_path), 0600);
    issuer_free(issuer);
}

static void test_nothing_is_overwritten(void **state)
{
    struct issuer *issuer = make_ca(*state);
    struct pki_folder_order order = order_in(*state);
    struct pki_folder_pair pair;
    struct err err;
    uint8_t *before;
    uint8_t *after;
    size_t n;

    assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &pair, NULL), 0);
    assert_int_equal(file_read(pair.key_path, 65536, &before, &n, NULL), 0);
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &pair, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "--force"));
    assert_int_equal(unlink(pair.public_path), 0); // the key alone is reason enough
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &pair, &err), ERR_CONFLICT);
    assert_int_equal(file_read(pair.key_path, 65536, &after, &n, NULL), 0);
    assert_string_equal((char *)before, (char *)after);
    free(after);
    order.force = true;
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &pair, &err), 0);
    assert_int_equal(file_read(pair.key_path, 65536, &after, &n, NULL), 0);
    assert_string_not_equal((char *)before, (char *)after);
    free(before);
    free(after);
    order.force = false;
    assert_int_equal(pki_folder_init(&order, "another", &pair, &err), ERR_CONFLICT);
    issuer_free(issuer);
}

static void test_a_link_is_not_followed(void **state)
{
    struct pki_folder_order order = order_in(*state);
    struct pki_folder_pair pair;
    char path[SCRATCH_PATH_SIZE];
    char target[SCRATCH_PATH_SIZE];

    scratch_path(*state, "ca.key", path);
    scratch_path(*state, "elsewhere", target);
    assert_int_equal(symlink(target, path), 0);
    assert_int_equal(pki_folder_init(&order, "test CA", &pair, NULL), ERR_CONFLICT);
    assert_int_equal(scratch_mode(target), -1);
}

static void test_validity(void **state)
{
    struct issuer *issuer = make_ca(*state);
    struct pki_folder_order order = order_in(*state);
    struct pki_folder_pair pair;
    struct err err;

    assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &pair, NULL), 0);
    assert_true(pair.not_after_ms == NOW_MS + 1825 * DAY_MS);
    order.force = true;
    order.days = 7300;
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &pair, NULL), 0);
    order.days = 7301;
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &pair, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "at most 7300"));
    order.days = 0; // the default is cut to what the CA has left
    order.now_ms = NOW_MS + 7290 * DAY_MS;
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &pair, NULL), 0);
    assert_true(pair.not_after_ms == NOW_MS + 7300 * DAY_MS);
    order.now_ms = NOW_MS + 7301 * DAY_MS;
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &pair, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "new CA"));
    issuer_free(issuer);
}

static void test_names(void **state)
{
    static const char *const bad[] = {"", ".", "..", "../x", "a/b", ".a", "-a", "a b", "a\n",
        "a_name_that_is_longer_than_the_sixty_four_bytes_of_a_common_name_"};
    static const char *const macs[] = {
        MAC, "84F3EB012345", "84:F3:eb:01:23:45", "84-F3-EB-01-23-45"};
    struct issuer *issuer = make_ca(*state);
    struct pki_folder_order order = order_in(*state);
    struct pki_folder_pair pair;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct issuer_order wanted = {.common_name = bad[i]};

        assert_int_equal(pki_folder_add_server(issuer, &order, &wanted, &pair, NULL), ERR_INVALID);
        assert_int_equal(pki_folder_add_signing(&order, bad[i], &pair, NULL), ERR_INVALID);
    }
    assert_int_equal(
        pki_folder_add_device(issuer, &order, "84F3EB012345", &pair, NULL), ERR_INVALID);
    for (size_t i = 0; i < sizeof macs / sizeof macs[0]; i++) { // peers would take it for a device
        struct issuer_order wanted = {.common_name = macs[i]};

        assert_int_equal(pki_folder_add_server(issuer, &order, &wanted, &pair, NULL), ERR_INVALID);
    }
    issuer_free(issuer);
}

static int add_client(const struct issuer *issuer, const struct pki_folder_order *order,
    const char *name, const char *role, struct pki_folder_pair *pair)
{
    struct issuer_order wanted = {.common_name = name, .unit = role};
    struct err err = {0};
    int rc = pki_folder_add_client(issuer, order, &wanted, pair, &err);

    assert_true(rc == 0 || err.message[0] != '\0');
    return rc;
}

// As the broker's plugin and the download server will see it.
static void test_client(void **state)
{
    struct issuer *issuer = make_ca(*state);
    struct pki_folder_order order = order_in(*state);
    struct pki_folder_pair pair;
    struct pki_folder_pair again;
    struct authority *authority;
    struct certificate_facts facts;
    struct err err;
    char path[SCRATCH_PATH_SIZE];
    uint8_t *der;
    uint8_t *pem;
    size_t n;

    assert_int_equal(add_client(issuer, &order, "grafana", "monitor", &pair), 0);
    assert_int_equal(scratch_mode(pair.key_path), 0600);
    scratch_path(*state, "clients", path);
    assert_int_equal(scratch_mode(path), 0700);
    scratch_path(*state, "ca.crt", path);
    assert_int_equal(authority_load(path, &authority, NULL), 0);
    assert_int_equal(file_read(pair.public_path, 65536, &pem, &n, NULL), 0);
    assert_int_equal(pem_to_der(pem, n, &der, &n, NULL), 0);
    if (authority_judge_client(authority, der, n, NOW_MS, &facts, &err) < 0)
        fail_msg("%s", err.message);
    assert_string_equal(facts.common_name, "grafana");
    assert_string_equal(facts.unit, "monitor");
    assert_string_equal(facts.serial, pair.serial);
    assert_false(facts.is_server);
    assert_true(facts.not_after_ms == NOW_MS + 825 * DAY_MS);
    assert_int_equal(add_client(issuer, &order, "grafana", "monitor", &again), ERR_CONFLICT);
    order.force = true;
    assert_int_equal(add_client(issuer, &order, "grafana", "homeassistant", &again), 0);
    assert_string_not_equal(again.serial, pair.serial);
    free(pem);
    free(der);
    authority_free(authority);
    issuer_free(issuer);
}

// A key that was left beside its place when the power was cut.
static void test_what_was_left_is_removed(void **state)
{
    struct issuer *issuer = make_ca(*state);
    struct pki_folder_order order = order_in(*state);
    struct issuer_order wanted = {.common_name = "broker.example"};
    struct pki_folder_pair pair;
    char left[SCRATCH_PATH_SIZE];

    order.force = true;
    assert_int_equal(pki_folder_add_server(issuer, &order, &wanted, &pair, NULL), 0);
    scratch_path(*state, "servers/other.key.Ab12cD.tmp", left);
    assert_int_equal(file_replace(left, (const uint8_t *)"x", 1, 0600, NULL), 0);
    assert_int_equal(pki_folder_add_server(issuer, &order, &wanted, &pair, NULL), 0);
    assert_int_equal(scratch_mode(left), -1);
    assert_int_equal(pki_folder_add_signing(&order, "images", &pair, NULL), 0);
    scratch_path(*state, "signing/images.key.Ab12cD.tmp", left);
    assert_int_equal(file_replace(left, (const uint8_t *)"x", 1, 0600, NULL), 0);
    assert_int_equal(pki_folder_add_signing(&order, "images", &pair, NULL), 0);
    assert_int_equal(scratch_mode(left), -1);
    issuer_free(issuer);
}

static void test_a_name_is_one_certificate_s(void **state)
{
    static const char *const bad[] = {
        "", "..", "a/b", "a b", MAC, "84:F3:eb:01:23:45", ("x" MAC), "secureespd", "SECUREESPD"};
    struct issuer *issuer = make_ca(*state);
    struct pki_folder_order order = order_in(*state);
    struct issuer_order wanted = {.common_name = "broker.example"};
    struct issuer_order taken = {.common_name = "grafana"};
    struct pki_folder_pair pair;
    struct err err;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(add_client(issuer, &order, bad[i], "monitor", &pair), ERR_INVALID);
    assert_int_equal(add_client(issuer, &order, "grafana", "device", &pair), ERR_INVALID);
    assert_int_equal(add_client(issuer, &order, "grafana", "", &pair), ERR_INVALID);
    order.force = true; // replaces one of the same kind
    assert_int_equal(pki_folder_add_server(issuer, &order, &wanted, &pair, NULL), 0);
    assert_int_equal(add_client(issuer, &order, "broker.example", "monitor", &pair), ERR_INVALID);
    assert_int_equal(add_client(issuer, &order, "grafana", "monitor", &pair), 0);
    assert_int_equal(pki_folder_add_server(issuer, &order, &taken, &pair, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "clients/grafana.crt"));
    issuer_free(issuer);
}

static int add_server(const struct issuer *issuer, const char *folder, const char *dns,
    const char *ip, struct err *err)
{
    struct pki_folder_order order = order_in(folder);
    struct pki_folder_pair pair;
    struct issuer_order wanted = {
        .common_name = "broker",
        .names = {.dns = &dns, .dns_count = dns != NULL, .ip = &ip, .ip_count = ip != NULL},
    };

    order.force = true;
    return pki_folder_add_server(issuer, &order, &wanted, &pair, err);
}

static void test_subject_names(void **state)
{
    struct issuer *issuer = make_ca(*state);
    struct err err;

    assert_int_equal(add_server(issuer, *state, NULL, NULL, &err), 0);
    assert_int_equal(add_server(issuer, *state, "a.example", "127.0.0.1", &err), 0);
    assert_int_equal(add_server(issuer, *state, "*.b.example", "::1", &err), 0);
    assert_int_equal(add_server(issuer, *state, "*.example", NULL, &err), ERR_INVALID);
    assert_int_equal(add_server(issuer, *state, "*", NULL, &err), ERR_INVALID);
    assert_int_equal(add_server(issuer, *state, "a_b.example", NULL, &err), ERR_INVALID);
    assert_int_equal(add_server(issuer, *state, "a.example.", NULL, &err), ERR_INVALID);
    assert_int_equal(add_server(issuer, *state, "1.2.3", NULL, &err), ERR_INVALID);
    assert_int_equal(
        add_server(issuer, *state,
            "a23456789.a23456789.a23456789.a23456789.a23456789.a23456789.abcd", NULL, &err),
        ERR_INVALID);
    assert_non_null(strstr(err.message, "more than 63 characters"));
    assert_int_equal(add_server(issuer, *state, "a..b", NULL, &err), ERR_INVALID);
    assert_int_equal(add_server(issuer, *state, "a,DNS:b", NULL, &err), ERR_INVALID);
    assert_int_equal(add_server(issuer, *state, "", NULL, &err), ERR_INVALID);
    assert_int_equal(add_server(issuer, *state, "-a", NULL, &err), ERR_INVALID);
    assert_int_equal(add_server(issuer, *state, "a.*.b", NULL, &err), ERR_INVALID);
    assert_int_equal(add_server(issuer, *state, NULL, "127.0.0", &err), ERR_INVALID);
    assert_int_equal(add_server(issuer, *state, NULL, "host", &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "\"host\" is not an IP address"));
    issuer_free(issuer);
}

static void test_open_refuses(void **state)
{
    struct pki_folder_pair pair;
    struct pki_folder_order order = order_in(*state);
    struct issuer *issuer;
    struct err err;
    char other[SCRATCH_PATH_SIZE];
    char key[SCRATCH_PATH_SIZE];

    assert_int_equal(pki_folder_open(*state, &issuer, &err), ERR_NOT_FOUND);
    assert_non_null(strstr(err.message, "pki init"));
    scratch_path(*state, "other", other);
    scratch_path(*state, "other/ca.key", key);
    issuer_free(make_ca(other));
    assert_int_equal(pki_folder_init(&order, "test CA", &pair, NULL), 0);
    assert_int_equal(rename(key, pair.key_path), 0);
    assert_int_equal(pki_folder_open(*state, &issuer, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "is not the key of"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_modes),
        TEST(test_nothing_is_overwritten),
        TEST(test_a_link_is_not_followed),
        TEST(test_validity),
        TEST(test_names),
        TEST(test_client),
        TEST(test_what_was_left_is_removed),
        TEST(test_a_name_is_one_certificate_s),
        TEST(test_subject_names),
        TEST(test_open_refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
