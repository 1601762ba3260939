// Which CA of a file stands above another.
#include "server/pki/authority_root.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "test/unit/server/pki/ca_letters.h"

static void test_the_root_is_found(void **state)
{
    static const struct {
        const char *file;
        char ca, root;
    } rows[] = {
        {"A", 'A', 'A'},
        {"Aa", 'a', 'A'},
        {"aA", 'a', 'A'},
        {"Aa", 'A', 'A'},
        {"BbAa", 'a', 'A'},
        {"BbAa", 'b', 'B'},
        {"BaC", 'a', 'a'}, // whose root is not there
        {"ABC", 'a', 'a'}, // nor itself
        {"CD", 'D', 'D'},
        {"caA", 'c', 'A'},
        {"Ac", 'c', 'c'},
        {"Da", 'a', 'D'}, // which has the same key
        {"DA", 'A', 'A'},
        {"DA", 'D', 'D'},
    };
    const struct ca_letters *w = *state;
    char path[SCRATCH_PATH_SIZE];

    scratch_path(w->folder, "ca.crt", path);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct authority *authority;
        char root[DIGEST_SHA256_TEXT_SIZE];

        ca_letters_write(w, path, rows[i].file);
        assert_int_equal(authority_load(path, &authority, NULL), 0);
        authority_root_of(authority, w->fingerprints[ca_letters_index_of(rows[i].ca)], root);
        authority_free(authority);
        if (strcmp(root, w->fingerprints[ca_letters_index_of(rows[i].root)]) != 0)
            fail_msg("row %zu: %s", i, root);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_the_root_is_found, ca_letters_set_up, ca_letters_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
