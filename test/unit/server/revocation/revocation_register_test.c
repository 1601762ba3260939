// Certificates that were issued become known: each once, those of this CA alone, all or none.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/issued.h"
#include "server/pki/pki_folder.h"
#include "server/revocation/revocation_change.h"
#include "server/revocation/revocation_guard.h"
#include "server/revocation/revocation_register.h"
#include "server/store/certificate_store.h"
#include "test/unit/server/store/store_fixture.h"

struct world {
    struct fixture *f;
    struct issuer *issuer;
    struct device_auth *auth;
    struct pki_folder_order order;
};

static struct issuer *make_ca(const char *folder)
{
    struct pki_folder_order order = {.folder = folder, .now_ms = clock_system_ms()};
    struct pki_folder_pair pair;
    struct issuer *issuer;

    assert_int_equal(pki_folder_init(&order, "test CA", &pair, NULL), 0);
    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    return issuer;
}

static int set_up(void **state)
{
    static struct world only;
    struct world *world = &only;
    void *fixture = NULL;
    char path[SCRATCH_PATH_SIZE];

    if (fixture_set_up(&fixture) != 0 || fixture == NULL)
        return -1;
    only = (struct world){.f = fixture};
    world->order = (struct pki_folder_order){
        .folder = world->f->folder, .now_ms = clock_system_ms(), .force = true};
    world->issuer = make_ca(world->f->folder);
    scratch_path(world->f->folder, "ca.crt", path);
    assert_int_equal(device_auth_new(path, &world->auth, NULL), 0);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    device_auth_free(world->auth);
    issuer_free(world->issuer);
    assert_int_equal(fixture_tear_down((void **)&world->f), 0);
    return 0;
}

static struct pki_folder_pair add_device(struct world *world, const char *mac)
{
    struct pki_folder_pair pair;

    assert_int_equal(pki_folder_add_device(world->issuer, &world->order, mac, &pair, NULL), 0);
    return pair;
}

static int tell_text(struct world *world, const void *p, size_t n,
    struct revocation_register_result *result, struct err *err)
{
    struct revocation_register_text text = {p, n, NULL};

    return revocation_register_add(world->f->store, world->auth, &text, result, err);
}

// All that the folder's CA has issued.
static struct revocation_register_result tell(struct world *world, const char *folder)
{
    struct revocation_register_result result;
    struct err err = {0};
    char path[SCRATCH_PATH_SIZE];
    uint8_t *text;
    size_t n;

    scratch_path(folder, "issued.pem", path);
    assert_int_equal(file_read(path, 1000000, &text, &n, NULL), 0);
    if (tell_text(world, text, n, &result, &err) < 0)
        fail_msg("%s", err.message);
    free(text);
    return result;
}

static struct certificate_record record_of(struct world *world, const char *serial)
{
    struct store_connection *connection = fixture_read(world->f);
    struct certificate_record record;

    assert_int_equal(certificate_store_get(connection, serial, &record, NULL), 0);
    store_read_end(world->f->store, connection);
    return record;
}

static void test_each_is_known_once(void **state)
{
    struct world *world = *state;
    struct issuer_order server = {.common_name = "broker"};
    struct issuer_order client = {.common_name = "grafana", .unit = "monitor"};
    struct pki_folder_pair pairs[3] = {[0] = add_device(world, MAC_1)};

    assert_int_equal(
        pki_folder_add_server(world->issuer, &world->order, &server, &pairs[1], NULL), 0);
    assert_int_equal(
        pki_folder_add_client(world->issuer, &world->order, &client, &pairs[2], NULL), 0);

    struct revocation_register_result result = tell(world, world->f->folder);

    assert_int_equal(result.added, 3);
    assert_int_equal(result.known + result.foreign + result.revoked, 0);
    result = tell(world, world->f->folder);
    assert_int_equal(result.added, 0);
    assert_int_equal(result.known, 3);

    struct certificate_record device = record_of(world, pairs[0].serial);
    struct certificate_record other = record_of(world, pairs[2].serial);

    assert_string_equal(device.mac, MAC_1);
    assert_int_equal(device.origin, CERTIFICATE_ISSUED);
    assert_int_equal(device.not_after_ms, pairs[0].not_after_ms);
    assert_false(device.is_server);
    assert_true(record_of(world, pairs[1].serial).is_server);
    assert_string_equal(other.unit, "monitor");
    assert_string_equal(other.common_name, "grafana");
    assert_string_equal(other.mac, "");
}

static void test_another_ca_is_left_out(void **state)
{
    struct world *world = *state;
    char folder[SCRATCH_PATH_SIZE];
    struct pki_folder_pair pair;

    scratch_path(world->f->folder, "other", folder);

    struct issuer *issuer = make_ca(folder);
    struct pki_folder_order order = {.folder = folder, .now_ms = clock_system_ms()};

    assert_int_equal(pki_folder_add_device(issuer, &order, MAC_2, &pair, NULL), 0);

    struct revocation_register_result result = tell(world, folder);

    assert_int_equal(result.foreign, 1);
    assert_int_equal(result.added, 0);
    assert_int_equal(fixture_query(world->f, "SELECT count(*) FROM certificates"), 0);
    issuer_free(issuer);
}

static void test_all_or_none(void **state)
{
    struct world *world = *state;
    struct revocation_register_result result;
    struct err err;
    char path[SCRATCH_PATH_SIZE];
    uint8_t *text;
    size_t n;

    add_device(world, MAC_1);
    add_device(world, MAC_2);
    scratch_path(world->f->folder, "issued.pem", path);
    assert_int_equal(file_read(path, 1000000, &text, &n, NULL), 0);
    text[n - 100] = '!'; // in the second
    assert_int_equal(tell_text(world, text, n, &result, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "certificate 2"));
    assert_int_equal(tell_text(world, text, n - 40, &result, &err), ERR_INVALID);
    assert_int_equal(tell_text(world, "", 0, &result, &err), ERR_INVALID);
    assert_int_equal(tell_text(world, "hello", 5, &result, &err), ERR_INVALID);
    assert_int_equal(fixture_query(world->f, "SELECT count(*) FROM certificates"), 0);
    free(text);
}

// Who issues one for a revoked device learns that it is of no use.
static void test_revoked_ones_are_told(void **state)
{
    struct world *world = *state;
    struct revocation_change device = {.subject = MAC_1, .reason = "keyCompromise"};
    struct pki_folder_pair pair = add_device(world, MAC_2);
    struct revocation_change certificate = {.subject = pair.serial, .reason = "superseded"};

    fixture_write(world->f, revocation_change_revoke, &device);
    fixture_write(world->f, revocation_change_revoke_certificate, &certificate);
    add_device(world, MAC_1);

    struct revocation_register_result result = tell(world, world->f->folder);

    assert_int_equal(result.revoked, 2);
    assert_string_equal(result.revoked_name, MAC_2);
    assert_string_equal(record_of(world, pair.serial).reason, "superseded");
}

static void test_a_server_is_guarded(void **state)
{
    struct world *world = *state;
    struct issuer_order server = {.common_name = "broker"};
    struct pki_folder_pair pair;
    struct pki_folder_pair device = add_device(world, MAC_1);
    struct err err;

    assert_int_equal(pki_folder_add_server(world->issuer, &world->order, &server, &pair, NULL), 0);
    tell(world, world->f->folder);
    assert_int_equal(revocation_guard_check(world->f->store, device.serial, &err), 0);
    assert_int_equal(revocation_guard_check(world->f->store, "abcdef", &err), 0);
    assert_int_equal(revocation_guard_check(world->f->store, pair.serial, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "broker"));
    assert_non_null(strstr(err.message, "--force"));

    struct revocation_change change = {.subject = pair.serial, .reason = "superseded"};

    fixture_write(world->f, revocation_change_revoke_certificate, &change);
    assert_int_equal(revocation_guard_check(world->f->store, pair.serial, &err), 0); // it is done
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_is_known_once),
        TEST(test_another_ca_is_left_out),
        TEST(test_all_or_none),
        TEST(test_revoked_ones_are_told),
        TEST(test_a_server_is_guarded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
