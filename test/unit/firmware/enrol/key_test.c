// Tests of keys that a device makes.
#include "firmware/enrol/key.h"

#include <errno.h>

#include <mbedtls/base64.h>

#include "firmware/core/identity.h"
#include "firmware/enrol/tls_library.h"
#include "test/unit/firmware/enrol_fixture.h"
#include "test/unit/firmware/enrol_stack.h"

#define BEGIN "-----BEGIN EC PRIVAT\x45 KEY-----\n"
#define END "-----END EC PRIVAT\x45 KEY-----\n"

// The DER in the PEM.
static void read_der(const char *pem, uint8_t der[KEY_DER_SIZE])
{
    char text[KEY_PEM_SIZE] = "";
    size_t n = 0;

    for (const char *p = pem + strlen(BEGIN); *p != '-'; p++) {
        if (*p != '\n')
            text[n++] = *p;
    }
    assert_int_equal(
        mbedtls_base64_decode(der, KEY_DER_SIZE, &n, (const uint8_t *)text, strlen(text)), 0);
    assert_int_equal(n, KEY_DER_SIZE);
}

// As the file store has it: `device-files` and a start read nothing else.
static void test_form(void **state)
{
    static const char head[] = "30770201010420";
    static const char middle[] = "a00a06082a8648ce3d030107a14403420004";
    struct enrol_fixture *f = *state;
    char pem[KEY_PEM_SIZE];
    uint8_t der[KEY_DER_SIZE];
    uint8_t expected[32];
    struct identity identity;

    assert_int_equal(KEY_PEM_SIZE, 228);
    assert_int_equal(key_make(&f->port.port, &f->random, pem, &f->failure), 0);
    assert_int_equal(strlen(pem), KEY_PEM_SIZE - 1);
    assert_memory_equal(pem, BEGIN, strlen(BEGIN));
    assert_string_equal(pem + KEY_PEM_SIZE - 1 - strlen(END), END);
    read_der(pem, der);
    assert_memory_equal(der, expected, hpke_vector_bytes(head, expected));
    assert_memory_equal(der + 39, expected, hpke_vector_bytes(middle, expected));
    identity_init(&identity);
    assert_int_equal(
        identity_read_key(&identity, (const uint8_t *)pem, strlen(pem), &f->failure), 0);
    assert_true(key_is_p256(&identity.key));
    assert_true(tls_library_is_pair(&identity.key, &identity.key)); // the point is the number's
    assert_int_equal(tls_library_write_number(&identity.key, expected), 0);
    assert_memory_equal(der + 7, expected, sizeof expected);
    identity_clear(&identity);
}

// Each key is of numbers that the port has given since.
static void test_random(void **state)
{
    struct enrol_fixture *f = *state;
    char first[KEY_PEM_SIZE];
    char second[KEY_PEM_SIZE];

    for (unsigned draws = f->draws, i = 0; i < 2; i++, draws = f->draws) {
        assert_int_equal(
            key_make(&f->port.port, &f->random, i == 0 ? first : second, &f->failure), 0);
        assert_true(f->draws > draws);
    }
    assert_string_not_equal(first, second);
    f->has_no_random = true;
    errno = ENOMEM; // of something before
    assert_int_equal(key_make(&f->port.port, &f->random, first, &f->failure), -RESULT_TLS_FAILED);
    assert_non_null(strstr(f->failure.detail, "cannot be made"));
    for (size_t i = 0; i < sizeof first; i++)
        assert_int_equal(first[i], 0);
    f->has_no_random = false;
    assert_int_equal(key_make(&f->port.port, &f->random, first, &f->failure), 0);
}

struct work {
    struct enrol_fixture *f;
    char *pem;
};

static void make_on_stack(void *ctx)
{
    struct work *work = ctx;

    assert_int_equal(
        key_make(&work->f->port.port, &work->f->random, work->pem, &work->f->failure), 0);
}

// Of the number nothing stays on the stack, in whichever order of bytes.
static void test_stack(void **state)
{
    char pem[KEY_PEM_SIZE];
    struct work work = {*state, pem};
    struct enrol_stack stack;
    uint8_t der[KEY_DER_SIZE];
    uint8_t reversed[TLS_LIBRARY_NUMBER_SIZE];

    enrol_stack_run(&stack, make_on_stack, &work);
    read_der(pem, der);
    for (size_t i = 0; i < sizeof reversed; i++)
        reversed[i] = der[7 + sizeof reversed - 1 - i];
    assert_false(enrol_stack_holds(&stack, der + 7, sizeof reversed));
    assert_false(enrol_stack_holds(&stack, reversed, sizeof reversed));
    enrol_stack_clear(&stack);
}

static void test_kinds(void **state)
{
    struct enrol_fixture *f = *state;
    struct made_key key;
    mbedtls_pk_context none;

    mbedtls_pk_init(&none);
    assert_false(key_is_p256(&none));
    make_ec_key(&f->maker, MBEDTLS_ECP_DP_SECP384R1, &key);
    assert_false(key_is_p256(&key.pk));
    made_key_clear(&key);
    make_rsa_key(&f->maker, 1024, &key);
    assert_false(key_is_p256(&key.pk));
    made_key_clear(&key);
    make_ec_key(&f->maker, MBEDTLS_ECP_DP_SECP256R1, &key);
    assert_true(key_is_p256(&key.pk));
    made_key_clear(&key);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, enrol_fixture_setup, enrol_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_form),
        TEST(test_random),
        TEST(test_stack),
        TEST(test_kinds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
