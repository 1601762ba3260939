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

// A root and a CA below it; and the certificate of each behind the other's.
struct two {
    char root[SCRATCH_PATH_SIZE];
    char below[SCRATCH_PATH_SIZE];
};

static void append(const char *to, const char *text, size_t n)
{
    uint8_t *pem;
    size_t size;
    char *joined;

    assert_int_equal(file_read(to, 4096, &pem, &size, NULL), 0);
    joined = malloc(size + n);
    assert_non_null(joined);
    memcpy(joined, pem, size);
    memcpy(joined + size, text, n);
    assert_int_equal(file_replace(to, (uint8_t *)joined, size + n, 0644, NULL), 0);
    free(joined);
    free(pem);
}

static void make_two(const char *scratch, struct two *two)
{
    struct pki_folder_order order = {.folder = two->root, .now_ms = clock_system_ms()};
    struct pki_folder_ca ca = {.folder = two->below, .common_name = "devices"};
    char root[SCRATCH_PATH_SIZE];
    char below[SCRATCH_PATH_SIZE];
    struct pki_folder_pair pair;
    struct issuer *issuer;
    uint8_t *pems[2];
    size_t n[2];

    scratch_path(scratch, "root", two->root);
    scratch_path(scratch, "below", two->below);
    scratch_path(scratch, "root/ca.crt", root);
    scratch_path(scratch, "below/ca.crt", below);
    make_ca(two->root, true);
    assert_int_equal(pki_folder_open(two->root, &issuer, NULL), 0);
    assert_int_equal(pki_folder_add_ca(issuer, &order, &ca, &pair, NULL), 0);
    issuer_free(issuer);
    assert_int_equal(file_read(root, 4096, &pems[0], &n[0], NULL), 0);
    assert_int_equal(file_read(below, 4096, &pems[1], &n[1], NULL), 0);
    append(root, (char *)pems[1], n[1]);
    append(below, (char *)pems[0], n[0]);
    free(pems[0]);
    free(pems[1]);
}

static size_t count_cas(const char *folder)
{
    char path[SCRATCH_PATH_SIZE + 8];
    struct certificate_file file;
    size_t count;

    snprintf(path, sizeof path, "%s/ca.crt", folder);
    assert_int_equal(certificate_file_read(path, &file, NULL), 0);
    count = file.count;
    certificate_file_clear(&file);
    return count;
}

// What the old one signed goes with it: who has such a key is trusted no more.
static void test_ends_without_those_below_the_old_one(void **state)
{
    struct issuer *issuer;
    struct two two;

    make_two(*state, &two);
    start(two.root);
    assert_int_equal(count_cas(two.root), 3);
    assert_int_equal(pki_rotation_finish(two.root, NULL), 0);
    assert_int_equal(count_cas(two.root), 1);
    assert_int_equal(pki_folder_open(two.root, &issuer, NULL), 0);
    issuer_free(issuer);
}

// Its devices count as the root's.
static void test_is_of_the_root(void **state)
{
    struct pki_folder_order order = {.now_ms = clock_system_ms()};
    struct pki_rotation rotation;
    struct two two;
    struct err err = {0};

    make_two(*state, &two);
    order.folder = two.below;
    assert_int_equal(pki_rotation_make(&order, "second", &rotation, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "is below another one in its ca.crt: change that one"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_allows_what_the_old_one_does, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(
            test_ends_without_those_below_the_old_one, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_is_of_the_root, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
