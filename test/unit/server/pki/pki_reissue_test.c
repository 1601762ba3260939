// Certificates by another CA: the same name, names, role and key, and nothing else of the old one.
#include "server/pki/pki_reissue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/pki/pki_rotation.h"
#include "test/unit/server/pki/pki_pairs_fixture.h"

#define MAC "84f3eb000001"

static void make_ca(const char *folder)
{
    struct pki_folder_order order = {.folder = folder, .now_ms = clock_system_ms()};
    struct issuer *issuer = pki_pairs_make(&order);
    struct pki_rotation rotation;
    struct pki_folder_pair pair;

    order.days = 1;
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC, &pair, NULL), 0);
    order.days = 0;
    issuer_free(issuer);
    assert_int_equal(pki_rotation_make(&order, "second", &rotation, NULL), 0);
}

static void test_servers(void **state)
{
    const char *folder = *state;
    struct pki_reissue reissue = {.folder = folder, .now_ms = clock_system_ms()};
    struct certificate *server;
    struct certificate *client;

    assert_int_equal(pki_reissue_servers(&reissue, NULL), ERR_NOT_FOUND);
    make_ca(folder);
    server = pki_pairs_load(folder, SERVER ".crt");
    client = pki_pairs_load(folder, CLIENT ".crt");
    assert_int_equal(pki_reissue_servers(&reissue, NULL), 0);
    pki_pairs_expect_like(folder, SERVER ".crt", server);
    pki_pairs_expect_like(folder, CLIENT ".crt", client);
    certificate_free(server);
    certificate_free(client);
}

static int count_one(const struct certificate *old, const struct certificate *fresh, void *ctx)
{
    (void)old;
    assert_int_equal(
        certificate_check(fresh, CERTIFICATE_CHECK_DEVICE, clock_system_ms() + 2 * DAY_MS, NULL),
        0);
    ++*(int *)ctx;
    return 0;
}

static int refuse(const struct certificate *old, const struct certificate *fresh, void *ctx)
{
    (void)old;
    (void)fresh;
    (void)ctx;
    return ERR_UNAVAILABLE;
}

static void test_devices(void **state)
{
    const char *folder = *state;
    struct pki_reissue late = {.folder = folder, .now_ms = clock_system_ms() + 2 * DAY_MS};
    struct pki_reissue reissue = {.folder = folder, .now_ms = clock_system_ms()};
    int count = 0;

    make_ca(folder);
    assert_int_equal(pki_reissue_devices(&late, count_one, &count, NULL), 0);
    assert_int_equal(count, 0); // it has ended
    assert_int_equal(pki_reissue_devices(&reissue, refuse, NULL, NULL), ERR_UNAVAILABLE);
    assert_int_equal(pki_reissue_devices(&reissue, count_one, &count, NULL), 0);
    assert_int_equal(count, 1);
    assert_int_equal(reissue.count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_servers),
        TEST(test_devices),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
