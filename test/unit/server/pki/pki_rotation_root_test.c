// A change of a CA below which there are others.
#include "server/pki/pki_rotation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/certificate_file.h"
#include "test/unit/server/base/scratch.h"

static void make_ca(const char *folder, bool is_root)
{
    struct pki_folder_order order = {
        .folder = folder, .is_root = is_root, .now_ms = clock_system_ms()};
    struct pki_folder_pair pair;

    assert_int_equal(pki_folder_init(&order, "first", &pair, NULL), 0);
}

static void start(const char *folder)
{
    struct pki_folder_order order = {.folder = folder, .now_ms = clock_system_ms()};
    struct pki_rotation rotation;
    struct err err = {0};

    if (pki_rotation_make(&order, "second", &rotation, &err) < 0 ||
        pki_rotation_join(folder, &err) < 0)
        fail_msg("%s", err.message);
}

// The new one allows others below it if the old one does.
static void test_allows_what_the_old_one_does(void **state)
{
    static const char *const names[] = {"ca", "root"};

    for (size_t i = 0; i < 2; i++) {
        char folder[SCRATCH_PATH_SIZE];
        struct issuer *issuer;

        scratch_path(*state, names[i], folder);
        make_ca(folder, i == 1);
        start(folder);
        assert_int_equal(pki_rotation_open(folder, &issuer, NULL), 0);
        assert_int_equal(issuer_allows_ca(issuer), i == 1);
        issuer_free(issuer);
    }
}

// What the old one signed goes with it: who has such a key is trusted no more.
static void test_ends_without_those_below_the_old_one(void **state)
{
    char folder[SCRATCH_PATH_SIZE];
    char below[SCRATCH_PATH_SIZE];
    char path[SCRATCH_PATH_SIZE];
    char other[SCRATCH_PATH_SIZE];
    struct pki_folder_order order = {.folder = folder, .now_ms = clock_system_ms()};
    struct pki_folder_ca ca = {.folder = below, .common_name = "devices"};
    struct pki_folder_pair pair;
    struct certificate_file file;
    struct issuer *issuer;
    char text[8192];
    uint8_t *pem;
    size_t n;

    scratch_path(*state, "root", folder);
    scratch_path(*state, "below", below);
    scratch_path(*state, "root/ca.crt", path);
    scratch_path(*state, "below/ca.crt", other);
    make_ca(folder, true);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    assert_int_equal(pki_folder_add_ca(issuer, &order, &ca, &pair, NULL), 0);
    issuer_free(issuer);
    assert_int_equal(file_read(path, 4096, &pem, &n, NULL), 0);
    memcpy(text, pem, n);
    free(pem);

    size_t size = n;

    assert_int_equal(file_read(other, 4096, &pem, &n, NULL), 0);
    memcpy(text + size, pem, n);
    free(pem);
    assert_int_equal(file_replace(path, (uint8_t *)text, size + n, 0644, NULL), 0);
    start(folder);
    assert_int_equal(certificate_file_read(path, &file, NULL), 0);
    assert_int_equal(file.count, 3);
    certificate_file_clear(&file);
    assert_int_equal(pki_rotation_finish(folder, NULL), 0);
    assert_int_equal(certificate_file_read(path, &file, NULL), 0);
    assert_int_equal(file.count, 1);
    certificate_file_clear(&file);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    issuer_free(issuer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_allows_what_the_old_one_does, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(
            test_ends_without_those_below_the_old_one, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
