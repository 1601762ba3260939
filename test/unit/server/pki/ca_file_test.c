// Which CAs ca.crt holds, when one comes or goes.
#include "server/pki/ca_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "test/unit/server/pki/ca_letters.h"

static void test_one_comes_or_goes(void **state)
{
    static const struct {
        const char *before;
        char without, with;
        const char *after;
        int rc;
    } rows[] = {
        {"A", '\0', 'B', "AB", 0},
        {"AB", '\0', 'B', "AB", 0},
        {"BA", '\0', 'B', "AB", 0},
        {"AaC", '\0', 'B', "AaCB", 0},
        {"AB", 'A', 'B', "B", 0},
        {"AaCB", 'A', 'B', "BC", 0},
        {"aAB", 'A', 'B', "B", 0},
        {"AaCbB", 'A', 'B', "BCb", 0},
        {"AaCbB", 'B', '\0', "AaC", 0},
        {"DA", 'A', '\0', "D", 0}, // it signed itself, as A would have
        {"AD", 'D', '\0', "A", 0},
        {"aD", 'D', '\0', "aD", ERR_INVALID}, // nothing is left
        {"A", 'A', '\0', "A", ERR_INVALID},
        {"AaCbD", '\0', 'B', "AaCbDB", 0},
        {"AaD", 'A', 'D', "Da", 0}, // which D has signed as well
        {"AB", 'C', '\0', "AB", 0},
        {"AAaB", 'A', 'B', "B", 0},
        {"ADB", 'A', 'B', "B", 0}, // its key would be trusted as before
        {"aDB", 'A', 'B', "aDB", 0},
        {"AaD", 'D', '\0', "Aa", 0}, // which A has signed as well
        {"ADa", 'A', 'D', "Da", 0},
        {"AacB", 'A', 'B', "B", 0}, // on all levels
        {"cAaB", 'A', 'B', "B", 0},
        {"acB", 'a', '\0', "B", 0},
    };
    const struct ca_letters *w = *state;
    char folder[SCRATCH_PATH_SIZE];
    char path[SCRATCH_PATH_SIZE];

    scratch_path(w->folder, "it", folder);
    assert_int_equal(file_make_folder(folder, 0700, NULL), 0);
    scratch_path(w->folder, "it/ca.crt", path);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char from[SCRATCH_PATH_SIZE];
        char letters[16];
        struct ca_file_edit edit = {"", ""};

        if (rows[i].without != '\0')
            edit.without = w->fingerprints[ca_letters_index_of(rows[i].without)];
        if (rows[i].with != '\0')
            edit.with = w->fingerprints[ca_letters_index_of(rows[i].with)];
        ca_letters_place(w, rows[i].with != '\0' ? rows[i].with : 'C', from);
        ca_letters_write(w, path, rows[i].before);
        int rc = ca_file_edit(folder, from, &edit, NULL);

        ca_letters_read(w, path, letters);
        if (rc != rows[i].rc || strcmp(letters, rows[i].after) != 0)
            fail_msg("row %zu: %d %s", i, rc, letters);
    }
}

static void test_is_no_larger_than_devices_take(void **state)
{
    char text[4098];

    (void)state;
    memset(text, 'x', sizeof text);
    text[4097] = '\0';
    assert_int_equal(ca_file_check_size(text, NULL), ERR_INVALID);
    text[4096] = '\0';
    assert_int_equal(ca_file_check_size(text, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_one_comes_or_goes, ca_letters_set_up, ca_letters_tear_down),
        cmocka_unit_test(test_is_no_larger_than_devices_take),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
