// The record of what a CA has issued on its way from one machine to another.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/pki/issued.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define NOW_MS INT64_C(1767225600000)

static int count_one(const struct certificate *certificate, void *ctx)
{
    (void)certificate;
    ++*(size_t *)ctx;
    return 0;
}

// What one machine hands to another.
static void test_record_in_memory(void **state)
{
    struct pki_folder_order order = {.folder = *state, .now_ms = NOW_MS};
    struct pki_folder_pair pair;
    struct certificate *both[2];
    struct err err;
    size_t count = 0;
    char *text;
    size_t n;

    assert_int_equal(pki_folder_init(&order, "test CA", &pair, NULL), 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(certificate_load(pair.public_path, &both[i], NULL), 0);
    assert_int_equal(issued_format(both, 2, &text, &n, NULL), 0);
    assert_int_equal(strlen(text), n);
    assert_int_equal(issued_parse((uint8_t *)text, n, count_one, &count, NULL), 0);
    assert_int_equal(count, 2);
    for (size_t cut = n / 2 + 40; cut < n - 1; cut += 31) { // in the second
        count = 0;
        assert_int_equal(issued_parse((uint8_t *)text, cut, count_one, &count, &err), ERR_INVALID);
        assert_int_equal(count, 1);
        assert_non_null(strstr(err.message, "certificate 2 has no end"));
    }
    for (size_t i = 0; i < 2; i++)
        certificate_free(both[i]);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_record_in_memory, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
