// Tests of opening what was sealed, by the RFC's vector and by what must be refused.
#include "firmware/enrol/hpke.h"

#include <errno.h>

#include "firmware/enrol/tls_library.h"
#include "test/unit/firmware/enrol_fixture.h"
#include "test/unit/firmware/enrol_stack.h"

#define SIZE_MAX_SEALED 1200

struct vector {
    const char *number; // the recipient's
    const char *point;
    const char *info;
    const char *aad;
    const char *text;
    const char *sealed;
};

static const struct vector rfc = {HPKE_VECTOR_PRIVATE, HPKE_VECTOR_PUBLIC, HPKE_VECTOR_INFO,
    HPKE_VECTOR_AAD, HPKE_VECTOR_TEXT, HPKE_VECTOR_ENCAPSULATED HPKE_VECTOR_SEALED};

// Sealed by a program of another make, for a key of its own: texts and bindings of other sizes.
#define OTHER                                                                                      \
    "4dcc3b1e28697dd60863dae8db37f1f4f739f7f948f7c8861514f555c3aa66b8",                            \
        "04f70ed8e2d69ba8ed25933d29753721b98f71fb764eef266c236eff322329c2a0"                       \
        "d8a0155b4633898e89d87c197e25f2373c764e2cdba225e0b526eadedcebdbf5"

static const struct vector others[] = {
    {OTHER, "", "", "",
        "04d310c750c4f67bd6e60cd25d963b9ab1182953465006dd9c361d1948db0c24"
        "0d505bc99fd8a8ce4ccf055b103b9bab59212ba11a1d953631fea868ed12d6e5"
        "713ba236efbbf10c7b9c38b7457acd1ec8"},
    {OTHER, "69", "", "78",
        "044b7f1ec59665e15b0b0b379d8b5321812aeef316a40437f4cce98ed69944e2"
        "5af2c97c712812f110a9eb1bc5963b991e468b7d1c93e32602f23f5552e7cf21"
        "a9af992329481e9254ef46bec38f30e97994"},
    {OTHER, "", "61", "000102030405060708090a0b0c0d0e0f",
        "04d9b015e285e984283c0866aa94fc4b5f6dc3dc1e35eb5cbf35cecf437814d2"
        "e14f57c8114c23066d5b8f08e86a9c8697cb19a18c441513b4a015cc67247c27"
        "293d0771719070fbfb7231771de0922a5fe6beefa82ddefe4e38b6bf6f565b57"
        "5a"},
    {OTHER,
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
        "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
        "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"
        "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f",
        "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0"
        "dfdedddcdbdad9d8d7d6d5d4d3d2d1d0cfcecdcccbcac9c8c7c6c5c4c3c2c1c0"
        "bfbebdbcbbbab9b8b7b6b5b4b3b2b1b0afaeadacabaaa9a8a7a6a5a4a3a2a1a0"
        "9f9e9d9c9b9a999897969594939291908f8e8d",
        "046be993ee896d9272700925a54457799de62ac3b857e381dc034fb6733343b1"
        "c62fee48968fd513f0b1666859ae40231733f9aa8f41151419a0ae422ce21300"
        "380cbc693ab9f0740b44aa2cfdc1cdf5a02fc2c6506a8791878dddd1c7300a2c"
        "c940bc9e882d1b5f4defaea2a1fb6e16621ef8d91d2c910d2ead3d812ae0ffbf"
        "367d483f3d5b80d8c87e36281aea6652f7d00e72a855dfc52680447caf28320e"
        "f7476f376e7c9bfd333a53994ce37a9fc88663faa048a3bd5aa733c5e7598eb9"
        "c86d3007"},
};

// A vector in bytes.
struct message {
    mbedtls_pk_context key;
    struct hpke hpke;
    uint8_t info[64];
    uint8_t aad[64];
    uint8_t text[SIZE_MAX_SEALED];
    size_t text_size;
    uint8_t sealed[SIZE_MAX_SEALED];
    size_t size;
};

static void read_vector(
    struct enrol_fixture *f, const struct vector *vector, struct message *message)
{
    memset(message, 0, sizeof *message);
    enrol_fixture_read_key(vector->number, vector->point, &message->key);
    message->hpke.key = &message->key;
    message->hpke.random = &f->random;
    message->hpke.info =
        (struct hpke_keys_part){message->info, hpke_vector_bytes(vector->info, message->info)};
    message->hpke.aad =
        (struct hpke_keys_part){message->aad, hpke_vector_bytes(vector->aad, message->aad)};
    message->text_size = hpke_vector_bytes(vector->text, message->text);
    message->size = hpke_vector_bytes(vector->sealed, message->sealed);
}

// Opens n bytes of a copy behind which nothing can be read. The text must not show if that fails.
static int open_copy(struct enrol_fixture *f, const struct message *message, size_t n)
{
    uint8_t *copy = malloc(n + 1); // malloc(0) may be NULL
    int rc;

    memcpy(copy, message->sealed, n);
    rc = hpke_open(&message->hpke, copy, n, &f->failure);
    if (rc >= 0)
        assert_memory_equal(copy, message->text, (size_t)rc);
    else if (message->text_size >= 8)
        assert_null(memmem(copy, n, message->text, 8));
    free(copy);
    return rc;
}

static void test_vector(void **state)
{
    struct message message;

    read_vector(*state, &rfc, &message);
    for (int i = 0; i < 2; i++) // nothing is used up
        assert_int_equal(open_copy(*state, &message, message.size), message.text_size);
    mbedtls_pk_free(&message.key);
}

static void test_others(void **state)
{
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct message message;

        read_vector(*state, &others[i], &message);
        assert_int_equal(open_copy(*state, &message, message.size), message.text_size);
        mbedtls_pk_free(&message.key);
    }
}

static void expect_refused(struct enrol_fixture *f, const struct message *message, size_t n)
{
    errno = ENOMEM; // of something before
    assert_int_equal(open_copy(f, message, n), -RESULT_FILE_INVALID);
    assert_int_equal(f->failure.result, RESULT_FILE_INVALID);
    assert_non_null(strstr(f->failure.detail, "sealed message: "));
}

static void test_truncated(void **state)
{
    struct message message;

    read_vector(*state, &rfc, &message);
    for (size_t n = 0; n < message.size; n++)
        expect_refused(*state, &message, n);
    message.size++; // longer by a byte
    expect_refused(*state, &message, message.size);
    mbedtls_pk_free(&message.key);
}

// Of encapsulated key, text and tag no bit may be another.
static void test_altered(void **state)
{
    struct message message;

    read_vector(*state, &rfc, &message);
    for (size_t i = 0; i < message.size; i++) {
        for (unsigned bit = 1; bit < 0x100; bit <<= i % 4 + 1) {
            message.sealed[i] ^= (uint8_t)bit;
            expect_refused(*state, &message, message.size);
            message.sealed[i] ^= (uint8_t)bit;
        }
    }
    assert_int_equal(open_copy(*state, &message, message.size), message.text_size);
    mbedtls_pk_free(&message.key);
}

static void test_bound(void **state)
{
    struct message message;
    struct hpke_keys_part *const bound[] = {&message.hpke.info, &message.hpke.aad};

    read_vector(*state, &rfc, &message);
    for (size_t i = 0; i < 2; i++) {
        const size_t n = bound[i]->n;
        uint8_t *bytes = i == 0 ? message.info : message.aad;

        for (size_t other = 0; other <= n + 1; other++) { // n + 1: by a zero
            bound[i]->n = other;
            if (other != n)
                expect_refused(*state, &message, message.size);
        }
        bound[i]->n = n;
        bytes[n - 1] ^= 1;
        expect_refused(*state, &message, message.size);
        bytes[n - 1] ^= 1;
    }
    // One in the other's place.
    message.hpke.info = (struct hpke_keys_part){message.aad, message.hpke.aad.n};
    expect_refused(*state, &message, message.size);
    mbedtls_pk_free(&message.key);
}

static void test_other_keys(void **state)
{
    struct enrol_fixture *f = *state;
    struct message message;
    struct made_key key;

    read_vector(f, &rfc, &message);
    for (int i = 0; i < 3; i++) {
        if (i == 0)
            make_ec_key(&f->maker, MBEDTLS_ECP_DP_SECP256R1, &key);
        else if (i == 1)
            make_ec_key(&f->maker, MBEDTLS_ECP_DP_SECP384R1, &key);
        else
            make_rsa_key(&f->maker, 1024, &key);
        message.hpke.key = &key.pk;
        expect_refused(f, &message, message.size);
        made_key_clear(&key);
    }
    mbedtls_pk_free(&message.key);
}

struct work {
    struct enrol_fixture *f;
    struct message *message;
};

static void open_on_stack(void *ctx)
{
    struct work *work = ctx;
    int rc = hpke_open(
        &work->message->hpke, work->message->sealed, work->message->size, &work->f->failure);

    assert_int_equal(rc, work->message->text_size);
}

// Of the keys, and of what they come from, nothing stays on the stack.
static void test_stack(void **state)
{
    static const char *const secrets[] = {
        HPKE_VECTOR_KEY, HPKE_VECTOR_SECRET, HPKE_VECTOR_SHARED, HPKE_VECTOR_PRIVATE};
    struct message message;
    struct work work = {*state, &message};
    struct enrol_stack stack;

    read_vector(*state, &rfc, &message);
    enrol_stack_run(&stack, open_on_stack, &work);
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        uint8_t secret[32];

        assert_false(enrol_stack_holds(&stack, secret, hpke_vector_bytes(secrets[i], secret)));
    }
    enrol_stack_clear(&stack);
    mbedtls_pk_free(&message.key);
}

#define P "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
#define GX "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
#define GY "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define GY_OTHER "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f6"

// RFC 9180, 7.1.4: what is no point of the curve, or the one at infinity.
static void test_points(void **state)
{
    static const char *const points[] = {
        "00" ZERO ZERO,
        "04" ZERO ZERO,
        "04" GX GY_OTHER,
        "04" GX ZERO,
        "04" P GY,
        "04" GX P,
        "04" P P,
        "04" ZERO P,
        "02" GX GY,
        "03" GX GY,
        "06" GX GY,
        "07" GX GY,
        "ff" GX GY,
    };
    struct enrol_fixture *f = *state;
    struct message message;
    uint8_t secret[TLS_LIBRARY_NUMBER_SIZE];

    read_vector(f, &rfc, &message);
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        assert_int_equal(hpke_vector_bytes(points[i], message.sealed), HPKE_KEYS_POINT_SIZE);
        expect_refused(f, &message, message.size);
        assert_true(tls_library_agree(&message.key, &f->random, message.sealed, secret) != 0);
    }
    assert_int_equal(hpke_vector_bytes("04" GX GY, message.sealed), HPKE_KEYS_POINT_SIZE);
    assert_int_equal(tls_library_agree(&message.key, &f->random, message.sealed, secret), 0);
    mbedtls_pk_free(&message.key);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, enrol_fixture_setup, enrol_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_vector),
        TEST(test_others),
        TEST(test_truncated),
        TEST(test_altered),
        TEST(test_bound),
        TEST(test_other_keys),
        TEST(test_points),
        TEST(test_stack),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
