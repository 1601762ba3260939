// Which CAs ca.crt holds, when one comes or goes.
#include "server/pki/ca_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/certificate_file.h"
#include "server/pki/digest.h"
#include "server/pki/issuer.h"
#include "server/pki/pki_folder.h"
#include "server/pki/private_key.h"
#include "test/unit/server/base/scratch.h"

// A and B are roots, with a and b below them, C is another CA, and D is A renewed over the same
// key.
#define LETTERS "ABabCD"

enum { COUNT = sizeof LETTERS - 1 };

struct world {
    char *folder;
    char *pem[COUNT];
    char fingerprints[COUNT][DIGEST_SHA256_TEXT_SIZE];
};

static size_t index_of(char letter)
{
    return (size_t)(strchr(LETTERS, letter) - LETTERS);
}

static void place(const struct world *w, char letter, char out[SCRATCH_PATH_SIZE])
{
    const char name[] = {'c', 'a', letter, '\0'};

    scratch_path(w->folder, name, out);
}

static struct issuer *make_root(const struct world *w, char letter)
{
    char folder[SCRATCH_PATH_SIZE];
    struct pki_folder_order order = {
        .folder = folder, .is_root = letter != 'C', .now_ms = clock_system_ms()};
    struct pki_folder_pair pair;
    struct issuer *issuer;

    place(w, letter, folder);
    assert_int_equal(pki_folder_init(&order, "CA", &pair, NULL), 0);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    return issuer;
}

static void make_below(const struct world *w, char letter, char below)
{
    char folder[SCRATCH_PATH_SIZE];
    char target[SCRATCH_PATH_SIZE];
    struct pki_folder_order order = {.folder = folder, .now_ms = clock_system_ms()};
    struct pki_folder_ca ca = {.folder = target, .common_name = "devices"};
    struct issuer *issuer = make_root(w, letter);
    struct pki_folder_pair pair;

    place(w, letter, folder);
    place(w, below, target);
    assert_int_equal(pki_folder_add_ca(issuer, &order, &ca, &pair, NULL), 0);
    issuer_free(issuer);
}

static void make_renewed(const struct world *w, char letter, char renewed)
{
    struct issuer_order order = {
        .profile = PROFILE_ROOT, .common_name = "CA", .days = 3, .now_ms = clock_system_ms()};
    char path[SCRATCH_PATH_SIZE];
    char file[SCRATCH_PATH_SIZE + 8];
    struct private_key *key;
    struct certificate *certificate;
    char *pem;

    place(w, letter, path);
    snprintf(file, sizeof file, "%s/ca.key", path);
    assert_int_equal(private_key_load(file, &key, NULL), 0);
    assert_int_equal(issuer_self_sign(&order, key, &certificate, NULL), 0);
    private_key_free(key);
    assert_int_equal(certificate_to_pem(certificate, &pem, NULL), 0);
    certificate_free(certificate);
    place(w, renewed, path);
    assert_int_equal(file_make_folder(path, 0700, NULL), 0);
    snprintf(file, sizeof file, "%s/ca.crt", path);
    assert_int_equal(file_replace(file, (uint8_t *)pem, strlen(pem), 0644, NULL), 0);
    free(pem);
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    void *folder = NULL;

    if (w == NULL || scratch_make(&folder) < 0)
        return -1;
    w->folder = folder;
    make_below(w, 'A', 'a');
    make_below(w, 'B', 'b');
    issuer_free(make_root(w, 'C'));
    make_renewed(w, 'A', 'D');
    for (size_t i = 0; i < COUNT; i++) {
        char path[SCRATCH_PATH_SIZE];
        char file[SCRATCH_PATH_SIZE + 8];
        struct certificate *certificate;

        place(w, LETTERS[i], path);
        snprintf(file, sizeof file, "%s/ca.crt", path);
        assert_int_equal(certificate_load(file, &certificate, NULL), 0);
        assert_int_equal(certificate_to_pem(certificate, &w->pem[i], NULL), 0);
        assert_int_equal(certificate_fingerprint(certificate, w->fingerprints[i], NULL), 0);
        certificate_free(certificate);
    }
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    void *folder = w->folder;

    for (size_t i = 0; i < COUNT; i++)
        free(w->pem[i]);
    free(w);
    return scratch_remove(&folder);
}

static void write_letters(const struct world *w, const char *path, const char *letters)
{
    char text[8 * 1024] = "";

    for (size_t i = 0; letters[i] != '\0'; i++)
        strcat(text, w->pem[index_of(letters[i])]);
    assert_int_equal(file_replace(path, (uint8_t *)text, strlen(text), 0644, NULL), 0);
}

static void read_letters(const struct world *w, const char *path, char letters[16])
{
    char fingerprint[DIGEST_SHA256_TEXT_SIZE];
    struct certificate_file file;
    size_t n = 0;

    assert_int_equal(certificate_file_read(path, &file, NULL), 0);
    for (size_t i = 0; i < file.count; i++) {
        assert_int_equal(certificate_fingerprint(file.certificates[i], fingerprint, NULL), 0);
        for (size_t k = 0; k < COUNT; k++) {
            if (strcmp(fingerprint, w->fingerprints[k]) == 0)
                letters[n++] = LETTERS[k];
        }
    }
    letters[n] = '\0';
    certificate_file_clear(&file);
}

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
    };
    const struct world *w = *state;
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
            edit.without = w->fingerprints[index_of(rows[i].without)];
        if (rows[i].with != '\0')
            edit.with = w->fingerprints[index_of(rows[i].with)];
        place(w, rows[i].with != '\0' ? rows[i].with : 'C', from);
        write_letters(w, path, rows[i].before);
        int rc = ca_file_edit(folder, from, &edit, NULL);

        read_letters(w, path, letters);
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
        cmocka_unit_test_setup_teardown(test_one_comes_or_goes, set_up, tear_down),
        cmocka_unit_test(test_is_no_larger_than_devices_take),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
