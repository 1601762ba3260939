// Tests of HPKE's key schedule, by the RFC's vector.
#include "common/hpke_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "test/unit/hpke_vector.h"

static int fails_at; // 0: never

static int sum(const struct hpke_keys_part *key, const struct hpke_keys_part *parts, size_t count,
    uint8_t out[HPKE_KEYS_HASH_SIZE])
{
    uint8_t bytes[512];
    size_t n = 0;

    if (fails_at > 0 && --fails_at == 0)
        return -42;
    for (size_t i = 0; i < count; i++) {
        assert_true(parts[i].n <= sizeof bytes - n);
        memcpy(bytes + n, parts[i].p, parts[i].n);
        n += parts[i].n;
    }
    assert_non_null(HMAC(EVP_sha256(), key->p, (int)key->n, bytes, n, out, NULL));
    return 0;
}

static struct hpke_keys_input input;
static uint8_t info[64];

static int setup(void **state)
{
    (void)state;
    assert_int_equal(hpke_vector_bytes(HPKE_VECTOR_SHARED, input.secret), sizeof input.secret);
    (void)hpke_vector_bytes(HPKE_VECTOR_ENCAPSULATED, input.encapsulated);
    (void)hpke_vector_bytes(HPKE_VECTOR_PUBLIC, input.recipient);
    input.info = (struct hpke_keys_part){info, hpke_vector_bytes(HPKE_VECTOR_INFO, info)};
    return 0;
}

static void expect(const uint8_t *p, const char *hex)
{
    uint8_t bytes[128];

    assert_memory_equal(p, bytes, hpke_vector_bytes(hex, bytes));
}

static void test_vector(void **state)
{
    struct hpke_keys keys;

    (void)state;
    assert_int_equal(hpke_keys_derive(sum, &input, &keys), 0);
    expect(keys.context, HPKE_VECTOR_CONTEXT);
    expect(keys.derived, HPKE_VECTOR_SECRET);
    expect(keys.key, HPKE_VECTOR_KEY);
    expect(keys.nonce, HPKE_VECTOR_NONCE);
}

// What fails on the way is said at the end.
static void test_failures(void **state)
{
    struct hpke_keys keys;

    (void)state;
    for (int n = 1; n <= 7; n++) {
        fails_at = n;
        assert_int_equal(hpke_keys_derive(sum, &input, &keys), -42);
        assert_int_equal(fails_at, 0);
    }
    fails_at = 8;
    assert_int_equal(hpke_keys_derive(sum, &input, &keys), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vector),
        cmocka_unit_test(test_failures),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
