// What is given to a device is its own.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/base/file.h"
#include "server/pki/device_credential.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define MAC "84f3eb012345"
#define OTHER "84f3eb012346"

struct text {
    uint8_t *p;
    size_t n;
};

struct pair {
    struct text certificate;
    struct text key;
};

static struct text read_text(const char *path)
{
    struct text text;

    assert_int_equal(file_read(path, 65536, &text.p, &text.n, NULL), 0);
    return text;
}

static struct pair make(
    struct issuer *issuer, const struct pki_folder_order *order, const char *mac)
{
    struct pki_folder_pair paths;
    struct err err = {0};

    if (pki_folder_add_device(issuer, order, mac, &paths, &err) < 0)
        fail_msg("%s", err.message);
    return (struct pair){read_text(paths.public_path), read_text(paths.key_path)};
}

static void clear(struct pair *pair)
{
    free(pair->certificate.p);
    free(pair->key.p);
}

static int check_key(struct text key, struct text certificate)
{
    return device_credential_check_key(key.p, key.n, certificate.p, certificate.n, NULL);
}

static int check_key_of(const char *folder, const char *mac, struct text key)
{
    return device_credential_check_key_of(folder, mac, key.p, key.n, NULL);
}

static int check_certificate(struct text certificate, const char *mac)
{
    return device_credential_check_certificate(certificate.p, certificate.n, mac, NULL);
}

static void only_the_devices_own_is_good(void **state)
{
    char place[SCRATCH_PATH_SIZE];
    char devices[SCRATCH_PATH_SIZE];
    struct pki_folder_order order = {.folder = place, .days = 1, .now_ms = time(NULL) * 1000LL};
    struct text junk = {(uint8_t *)"junk", 4};
    struct pki_folder_pair paths;
    struct issuer *issuer = NULL;
    struct err err = {0};

    scratch_path(*state, "pki", place);
    if (pki_folder_init(&order, "test", &paths, &err) < 0 ||
        pki_folder_open(place, &issuer, &err) < 0)
        fail_msg("%s", err.message);

    struct pair mine = make(issuer, &order, MAC);
    struct pair other = make(issuer, &order, OTHER);
    struct text ca_key = read_text(paths.key_path);

    assert_int_equal(check_certificate(mine.certificate, MAC), 0);
    assert_int_equal(check_certificate(other.certificate, MAC), ERR_INVALID);
    assert_int_equal(check_certificate(mine.key, MAC), ERR_INVALID);
    assert_int_equal(check_certificate(junk, MAC), ERR_INVALID);
    assert_int_equal(check_key(mine.key, mine.certificate), 0);
    assert_int_equal(check_key(other.key, mine.certificate), ERR_INVALID);
    assert_int_equal(check_key(ca_key, mine.certificate), ERR_INVALID);
    assert_int_equal(check_key(mine.certificate, mine.certificate), ERR_INVALID);
    assert_int_equal(check_key(junk, mine.certificate), ERR_INVALID);
    assert_int_equal(check_key(mine.key, junk), ERR_INVALID);
    scratch_path(*state, "pki/devices", devices);
    assert_int_equal(check_key_of(devices, MAC, mine.key), 0);
    assert_int_equal(check_key_of(devices, MAC, other.key), ERR_INVALID);
    assert_int_equal(check_key_of(devices, OTHER, mine.key), ERR_INVALID);
    assert_int_equal(check_key_of(devices, "84f3eb012347", mine.key), ERR_NOT_FOUND);
    free(ca_key.p);
    clear(&mine);
    clear(&other);
    issuer_free(issuer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_devices_own_is_good),
    };

    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
