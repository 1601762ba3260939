// Tests of the download of files: what is staged, and what is not.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/fetch.h"
#include "test/unit/firmware/fake_server.h"

#define MAC "84f3eb012345"
#define OTHER_MAC "84f3eb012346"
#define PAST "20200101000000"
#define END "20990101000000"
#define CONFIG "{\"downloadserver\":\"a\",\"mqttserver\":\"b\"}"

struct fixture {
    struct fake_server server; // first
    struct port_ops ops;
    struct identity identity;
    struct settings settings;
    struct tls tls;
    struct https https;
    struct fetch fetch;
    struct failure failure;
    uint8_t scratch[STAGING_FILE_MAX + 1];
    char answer[8192];
    struct fake_certificate cert; // of the test
    char key[FAKE_PEM_SIZE];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct port *port = &f->server.port.port;

    fake_server_init(&f->server, &f->ops);
    fake_identity(&f->server, MAC, &f->identity);
    snprintf(f->settings.download.hosts[0], SETTINGS_HOST_SIZE, "localhost");
    f->settings.download.ports[0] = 443;
    assert_int_equal(tls_init(&f->tls, port, &f->identity, &f->failure), 0);
    f->fetch.port = port;
    f->fetch.mac = MAC;
    f->fetch.identity = &f->identity;
    f->fetch.https = &f->https;
    f->fetch.scratch = f->scratch;
    mbedtls_pk_init(&f->cert.key.pk);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    fetch_stop(&f->fetch);
    tls_clear(&f->tls);
    identity_clear(&f->identity);
    fake_certificate_clear(&f->cert);
    fake_server_clear(&f->server);
    free(f);
    return 0;
}

static int run(struct fixture *f, enum staging_file file)
{
    int rc = fetch_start(&f->fetch, file, &f->tls, &f->settings, &f->failure);

    if (rc == 0)
        rc = STEP_AGAIN;
    for (int i = 0; rc == STEP_AGAIN && i < 1000; i++)
        rc = fetch_step(&f->fetch, &f->failure);
    return rc;
}

static int run_text(struct fixture *f, enum staging_file file, const char *text)
{
    snprintf(f->answer, sizeof f->answer, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
        strlen(text), text);
    f->server.answer = (const uint8_t *)f->answer;
    f->server.answer_size = strlen(f->answer);
    return run(f, file);
}

// Whether the staged file holds that text; NULL: whether there is none.
static bool staged_is(struct fixture *f, enum staging_file file, const char *text)
{
    char name[STAGING_NAME_SIZE];

    staging_name(file, MAC, true, name);
    if (text == NULL)
        return !fake_has_file(&f->server.port.port, name);
    return fake_file_is(&f->server.port.port, name, text);
}

// A certificate for f->key.
static void issue(struct fixture *f, const char *mac, const char *from, const char *to)
{
    char name[32];
    struct fake_subject subject = {name, NULL, NULL, from, to, false};

    snprintf(name, sizeof name, "CN=%s", mac);
    fake_certificate_clear(&f->cert);
    memset(&f->cert, 0, sizeof f->cert);
    make_ec_key(&f->server.maker, MBEDTLS_ECP_DP_SECP256R1, &f->cert.key);
    fake_certify(&f->server.maker, &subject, &f->cert, &f->server.ca, "CN=CA");
    assert_int_equal(
        mbedtls_pk_write_key_pem(&f->cert.key.pk, (uint8_t *)f->key, sizeof f->key), 0);
}

static void test_config(void **state)
{
    static const char *const bad[] = {"", "{}", "[]", CONFIG "x", "not found", CONFIG CONFIG};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(run_text(f, STAGING_CONFIG, bad[i]), -RESULT_FILE_INVALID);
        assert_true(staged_is(f, STAGING_CONFIG, NULL));
    }
    assert_int_equal(run_text(f, STAGING_CONFIG, CONFIG), STEP_DONE);
    assert_string_equal(f->failure.detail, "");
    assert_true(staged_is(f, STAGING_CONFIG, CONFIG));
    assert_non_null(strstr(f->server.request, "GET /config.json HTTP/1.1\r\n"));
    assert_int_equal(run_text(f, STAGING_CONFIG, "{}"), -RESULT_FILE_INVALID);
    assert_true(staged_is(f, STAGING_CONFIG, CONFIG)); // the good one stays
}

static void test_sizes(void **state)
{
    struct fixture *f = *state;
    char text[STAGING_FILE_MAX + 2];

    memset(text, ' ', sizeof text);
    memcpy(text, CONFIG, strlen(CONFIG));
    text[STAGING_FILE_MAX + 1] = '\0';
    assert_int_equal(run_text(f, STAGING_CONFIG, text), -RESULT_OVERSIZED);
    text[STAGING_FILE_MAX] = '\0';
    assert_int_equal(run_text(f, STAGING_CONFIG, text), STEP_DONE);
    assert_true(staged_is(f, STAGING_CONFIG, text));
}

static void test_answers(void **state)
{
    static const struct {
        const char *text;
        int rc;
        const char *detail;
    } rows[] = {
        {"HTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\nnot found", -RESULT_HTTP_STATUS,
            "HTTP 404: not found"},
        {"HTTP/1.1 302 Found\r\nLocation: /config.json\r\nContent-Length: 0\r\n\r\n",
            -RESULT_HTTP_STATUS, "HTTP 302"},
        {"HTTP/1.1 304 No\r\n\r\n", -RESULT_HTTP_STATUS, "HTTP 304"},
        {"HTTP/1.1 206 Part\r\nContent-Length: 2\r\n\r\n{}", -RESULT_HTTP_STATUS, "HTTP 206: {}"},
        {"HTTP/1.1 200 OK\r\n\r\n" CONFIG, -RESULT_HTTP_MALFORMED, NULL},
        {"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" CONFIG, -RESULT_TRUNCATED, NULL},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        f->server.answer = (const uint8_t *)rows[i].text;
        f->server.answer_size = strlen(rows[i].text);
        assert_int_equal(run(f, STAGING_CONFIG), rows[i].rc);
        if (rows[i].detail != NULL)
            assert_string_equal(f->failure.detail, rows[i].detail);
        assert_true(staged_is(f, STAGING_CONFIG, NULL));
        assert_int_equal(f->fetch.phase, FETCH_IDLE);
    }
}

static void test_ca(void **state)
{
    struct fixture *f = *state;

    issue(f, MAC, PAST, END);
    assert_int_equal(run_text(f, STAGING_CA, f->cert.pem), -RESULT_FILE_INVALID); // is none
    assert_int_equal(run_text(f, STAGING_CA, f->key), -RESULT_FILE_INVALID);
    assert_true(staged_is(f, STAGING_CA, NULL));
    assert_int_equal(run_text(f, STAGING_CA, f->server.ca.pem), STEP_DONE);
    assert_true(staged_is(f, STAGING_CA, f->server.ca.pem));
}

static void test_cert(void **state)
{
    struct fixture *f = *state;

    issue(f, OTHER_MAC, PAST, END);
    assert_int_equal(run_text(f, STAGING_CERT, f->cert.pem), -RESULT_FILE_INVALID);
    issue(f, MAC, PAST, "20210101000000");
    assert_int_equal(run_text(f, STAGING_CERT, f->cert.pem), -RESULT_FILE_INVALID);
    assert_non_null(strstr(f->failure.detail, "has expired"));
    issue(f, MAC, "20980101000000", END);
    assert_int_equal(run_text(f, STAGING_CERT, f->cert.pem), -RESULT_FILE_INVALID);
    assert_true(staged_is(f, STAGING_CERT, NULL));
    issue(f, MAC, PAST, END);
    assert_int_equal(run_text(f, STAGING_CERT, f->cert.pem), STEP_DONE);
    assert_non_null(strstr(f->failure.detail, "is for another key"));
    assert_true(staged_is(f, STAGING_CERT, f->cert.pem));
    assert_non_null(strstr(f->server.request, "GET /" MAC ".crt HTTP/1.1\r\n"));
}

// Of another CA: only if that is staged, too, for then the start decides.
static void test_cert_of_other_ca(void **state)
{
    struct fixture *f = *state;
    struct fake_certificate ca = {0};

    make_ec_key(&f->server.maker, MBEDTLS_ECP_DP_SECP256R1, &ca.key);
    fake_certify_ca(&f->server, &ca);
    fake_issue(&f->server, &ca, MAC, &f->cert, f->key);
    assert_int_equal(run_text(f, STAGING_CERT, f->cert.pem), -RESULT_FILE_INVALID);
    assert_non_null(strstr(f->failure.detail, "not signed by our CA"));
    assert_int_equal(run_text(f, STAGING_CA, ca.pem), STEP_DONE);
    assert_int_equal(
        identity_read_key(&f->identity, (const uint8_t *)f->key, strlen(f->key), &f->failure), 0);
    assert_int_equal(run_text(f, STAGING_CERT, f->cert.pem), STEP_DONE);
    assert_int_equal(f->failure.result, RESULT_OK); // what the check refused is forgotten
    assert_string_equal(f->failure.detail, "");
    assert_true(staged_is(f, STAGING_CERT, f->cert.pem));
    fake_certificate_clear(&ca);
}

static void test_key(void **state)
{
    struct fixture *f = *state;
    char own[FAKE_PEM_SIZE];

    issue(f, MAC, PAST, END);
    assert_int_equal(run_text(f, STAGING_KEY, f->cert.pem), -RESULT_FILE_INVALID);
    assert_true(staged_is(f, STAGING_KEY, NULL));
    assert_int_equal(run_text(f, STAGING_KEY, f->key), STEP_DONE);
    assert_non_null(strstr(f->failure.detail, "is another certificate's"));
    assert_true(staged_is(f, STAGING_KEY, f->key));
    for (size_t i = 0; i < sizeof f->scratch; i++) // nothing of it stays in memory
        assert_int_equal(f->scratch[i], 0);
    assert_int_equal(mbedtls_pk_write_key_pem(&f->identity.key, (uint8_t *)own, sizeof own), 0);
    assert_int_equal(run_text(f, STAGING_KEY, own), STEP_DONE);
    assert_string_equal(f->failure.detail, "");
}

static void test_medium_full(void **state)
{
    struct fixture *f = *state;

    f->server.port.power.ops_left = 0;
    assert_int_equal(run_text(f, STAGING_CONFIG, CONFIG), -RESULT_FLASH_FAILED);
}

static void test_unreachable(void **state)
{
    struct fixture *f = *state;

    f->server.refuses = true;
    assert_int_equal(run(f, STAGING_CONFIG), -RESULT_CONNECT_FAILED);
    assert_int_equal(fetch_step(&f->fetch, &f->failure), STEP_DONE); // nothing is under way
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_config),
        TEST(test_sizes),
        TEST(test_answers),
        TEST(test_ca),
        TEST(test_cert),
        TEST(test_cert_of_other_ca),
        TEST(test_key),
        TEST(test_medium_full),
        TEST(test_unreachable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
