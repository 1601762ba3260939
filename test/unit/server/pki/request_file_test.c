// Requests as files, and certificates for keys that stay elsewhere.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/pki/certificate_names.h"
#include "server/pki/issued.h"
#include "server/pki/pki_folder.h"
#include "server/pki/pki_sign.h"
#include "server/pki/request_file.h"
#include "test/unit/server/base/scratch.h"

#define NOW_MS INT64_C(1767225600000)

static const char *const dns[] = {"a.example", "b.example"};
static const char *const ip[] = {"192.0.2.1", "2001:db8::1"};
static struct err err;

static char *make(const struct private_key *key, size_t names)
{
    const struct subject_names asked = {
        .dns = dns, .dns_count = names, .ip = ip, .ip_count = names};
    char *pem;

    assert_int_equal(request_file_make(key, "secureespd", &asked, &pem, &err), 0);
    return pem;
}

static struct private_key *make_key(void)
{
    struct private_key *key;

    assert_int_equal(private_key_generate(PRIVATE_KEY_P256, &key, &err), 0);
    return key;
}

static void test_make(void **state)
{
    struct certificate_request request;
    struct private_key *key = make_key();
    struct private_key *other = make_key();
    struct public_key half;
    char *a = make(key, 2);
    char *b = make(key, 2);
    char *c = make(key, 1);
    char *d = make(other, 2);

    (void)state;
    assert_int_equal(request_file_parse((uint8_t *)a, strlen(a), &request, &err), 0);
    assert_string_equal(request.common_name, "secureespd");
    assert_int_equal(private_key_public(key, &half, &err), 0);
    assert_string_equal(request.key.id, half.id);
    assert_string_not_equal(a, b); // their signatures
    assert_true(request_file_is_same(a, b));
    assert_false(request_file_is_same(a, c)); // fewer names
    assert_false(request_file_is_same(a, d)); // another key
    assert_false(request_file_is_same(a, ""));
    assert_false(request_file_is_same("", ""));
    for (size_t n = 0; n + 30 < strlen(a); n += 7)
        assert_int_equal(request_file_parse((uint8_t *)a, n, &request, &err), ERR_INVALID);
    free(a);
    free(b);
    free(c);
    free(d);
    private_key_free(key);
    private_key_free(other);
}

// A name that devices would not take is no name.
static void test_bad_name(void **state)
{
    static const char *const bad[] = {"no host"};
    const struct subject_names asked = {.dns = bad, .dns_count = 1};
    struct private_key *key = make_key();
    char *pem;

    (void)state;
    assert_int_equal(request_file_make(key, "x", &asked, &pem, &err), ERR_INVALID);
    private_key_free(key);
}

static void check_names(const char *path)
{
    static struct certificate_names names;
    struct certificate *certificate;

    assert_int_equal(certificate_load(path, &certificate, &err), 0);
    assert_int_equal(certificate_names_read(certificate, &names, &err), 0);
    assert_int_equal(names.count, 3); // the address counts once
    assert_string_equal(names.names[0], "b.example");
    assert_string_equal(names.names[1], "192.0.2.1");
    assert_string_equal(names.names[2], "2001:db8::1");
    certificate_free(certificate);
}

// The order's names count, whatever was asked for; only the certificate is written.
static void test_sign(void **state)
{
    struct pki_folder_order order = {.folder = *state, .now_ms = NOW_MS};
    struct issuer_order wanted = {.common_name = "secureespd",
        .names = {.dns = dns + 1, .dns_count = 1, .ip = ip, .ip_count = 2}};
    struct private_key *key = make_key();
    struct pki_folder_pair pair;
    struct issued_state issued;
    struct issuer *issuer;
    char path[SCRATCH_PATH_SIZE];
    struct pki_sign sign = {path, &pair};
    char *pem = make(key, 1);

    scratch_path(*state, "request", path);
    assert_int_equal(file_replace(path, (uint8_t *)pem, strlen(pem), 0600, &err), 0);
    assert_int_equal(pki_folder_init(&order, "test CA", &pair, &err), 0);
    assert_int_equal(pki_folder_open(*state, &issuer, &err), 0);
    assert_int_equal(pki_sign_server(issuer, &order, &wanted, &sign, &err), 0);
    assert_string_equal(pair.key_path, "");
    check_names(pair.public_path);
    assert_int_equal(issued_look(*state, &issued, &err), 0);
    assert_int_equal(issued.count, 1);

    assert_int_equal(pki_sign_server(issuer, &order, &wanted, &sign, &err), ERR_CONFLICT);
    order.force = true;
    assert_int_equal(pki_sign_server(issuer, &order, &wanted, &sign, &err), 0);
    wanted.common_name = "mosquitto";
    assert_int_equal(pki_sign_server(issuer, &order, &wanted, &sign, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "is of secureespd, not of mosquitto"));
    // Never beside a key that is another's.
    scratch_path(*state, "servers/secureespd.crt", path);
    assert_int_equal(unlink(path), 0);
    wanted.common_name = "secureespd";
    assert_int_equal(pki_folder_add_server(issuer, &order, &wanted, &pair, &err), 0);
    scratch_path(*state, "request", path);
    assert_int_equal(pki_sign_server(issuer, &order, &wanted, &sign, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "the key of secureespd is here"));
    issuer_free(issuer);
    private_key_free(key);
    free(pem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_make),
        cmocka_unit_test(test_bad_name),
        cmocka_unit_test_setup_teardown(test_sign, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
