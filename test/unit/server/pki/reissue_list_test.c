// Of each device and key the last certificate, and nobody else's.
#include "server/pki/reissue_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/pki/certificate_facts.h"
#include "server/pki/issued.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define MAC_1 "84f3eb000001"
#define MAC_2 "84f3eb000002"

// Signs another certificate for the key of a file, in a name, and records it.
static void sign_again(const struct issuer *issuer, const char *folder, const char *path,
    const char *name, char serial[SERIAL_SIZE])
{
    struct issuer_order order = {
        .profile = PROFILE_DEVICE, .common_name = name, .now_ms = clock_system_ms()};
    struct certificate *old;
    struct certificate *fresh;

    assert_int_equal(certificate_load(path, &old, NULL), 0);
    assert_int_equal(issuer_issue_like(issuer, &order, old, &fresh, NULL), 0);
    assert_int_equal(issued_add(folder, &fresh, 1, NULL), 0);
    assert_int_equal(certificate_serial(fresh, serial, NULL), 0);
    certificate_free(old);
    certificate_free(fresh);
}

static void test_list(void **state)
{
    const char *folder = *state;
    struct pki_folder_order order = {.folder = folder, .now_ms = clock_system_ms()};
    struct issuer_order server = {.common_name = "localhost"};
    struct issuer_order client = {.common_name = "grafana", .unit = "monitor"};
    struct reissue_list list = {0};
    struct reissue_list_item like = {.mac = MAC_1};
    struct pki_folder_pair pair;
    struct certificate *certificate;
    struct issuer *issuer;
    char last[SERIAL_SIZE];
    char serial[SERIAL_SIZE];

    assert_int_equal(reissue_list_read(folder, &list, NULL), 0); // there is no record
    assert_int_equal(list.count, 0);
    assert_null(reissue_list_find(&list, &like));
    assert_int_equal(pki_folder_init(&order, "ca", &pair, NULL), 0);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    assert_int_equal(pki_folder_add_server(issuer, &order, &server, &pair, NULL), 0);
    assert_int_equal(pki_folder_add_client(issuer, &order, &client, &pair, NULL), 0);
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC_2, &pair, NULL), 0);
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC_1, &pair, NULL), 0);
    sign_again(issuer, folder, pair.public_path, "84:F3:EB:00:00:01", last);
    assert_int_equal(reissue_list_read(folder, &list, NULL), 0);
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0].mac, MAC_1);
    assert_string_equal(list.items[1].mac, MAC_2);
    assert_int_equal(
        certificate_from_der(list.items[0].der, list.items[0].n, &certificate, NULL), 0);
    assert_int_equal(certificate_serial(certificate, serial, NULL), 0);
    assert_string_equal(serial, last);
    assert_int_equal(reissue_list_describe(certificate, &like, NULL), 1);
    certificate_free(certificate);
    assert_ptr_equal(reissue_list_find(&list, &like), &list.items[0]);
    like.key_id[0] ^= 1;
    assert_null(reissue_list_find(&list, &like));
    reissue_list_clear(&list);
    issuer_free(issuer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_list, scratch_make, scratch_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
