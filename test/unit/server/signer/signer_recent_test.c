// What was signed a short time ago: found again by all of its order, for a while, so much of it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "server/signer/signer_recent.h"

#define T INT64_C(5000)

// A name is a device's with a key of its own, but "a" and "A" are of one device and "a" and "x" of
// one key.
static struct signer_recent_order order(const char *name, int days)
{
    const char *mac = strcmp(name, "A") == 0 ? "a" : name;
    const char *key_id = strcmp(name, "x") == 0 ? "a" : name;

    return (struct signer_recent_order){mac, key_id, days};
}

static void keep(
    struct signer_recent *recent, const char *name, int days, const char *der, int64_t now_ms)
{
    struct signer_recent_order it = order(name, days);

    signer_recent_keep(recent, &it, (const uint8_t *)der, strlen(der), now_ms);
}

// What is found, or NULL.
static const char *find(
    const struct signer_recent *recent, const char *name, int days, int64_t now_ms)
{
    static char text[16];
    struct signer_recent_order it = order(name, days);
    const uint8_t *der;
    size_t n;

    if (!signer_recent_find(recent, &it, now_ms, &der, &n))
        return NULL;
    snprintf(text, sizeof text, "%.*s", (int)n, (const char *)der);
    return text;
}

static void the_same_order_is_found(void **state)
{
    struct signer_recent *recent;

    (void)state;
    assert_int_equal(signer_recent_new(&recent), 0);
    assert_null(find(recent, "a", 0, T));
    keep(recent, "a", 0, "A", T);
    keep(recent, "b", 7, "B", T);
    assert_string_equal(find(recent, "a", 0, T), "A");
    assert_string_equal(find(recent, "b", 7, T), "B");
    assert_null(find(recent, "a", 7, T));
    assert_null(find(recent, "b", 0, T));
    assert_null(find(recent, "c", 0, T));
    assert_null(find(recent, "A", 0, T));
    assert_null(find(recent, "x", 0, T));
    keep(recent, "a", 0, "A2", T + 1);
    assert_string_equal(find(recent, "a", 0, T + 1), "A2"); // the latest
    signer_recent_free(recent);
    signer_recent_free(NULL);
}

static void it_is_forgotten(void **state)
{
    struct signer_recent *recent;

    (void)state;
    assert_int_equal(signer_recent_new(&recent), 0);
    keep(recent, "a", 0, "A", T);
    keep(recent, "b", 0, "B", T + 9);
    assert_string_equal(find(recent, "a", 0, T + SIGNER_RECENT_MS - 1), "A");
    assert_null(find(recent, "a", 0, T + SIGNER_RECENT_MS));
    assert_string_equal(find(recent, "b", 0, T + SIGNER_RECENT_MS), "B");
    signer_recent_free(recent);
}

static void so_many_are_remembered(void **state)
{
    struct signer_recent *recent;
    char name[16];

    (void)state;
    assert_int_equal(signer_recent_new(&recent), 0);
    for (int i = 0; i < SIGNER_RECENT_MOST + 1; i++) {
        snprintf(name, sizeof name, "%d", i);
        keep(recent, name, 0, name, T);
    }
    assert_null(find(recent, "0", 0, T));
    assert_string_equal(find(recent, "1", 0, T), "1");
    assert_string_equal(find(recent, name, 0, T), name);
    signer_recent_free(recent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_order_is_found),
        cmocka_unit_test(it_is_forgotten),
        cmocka_unit_test(so_many_are_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
