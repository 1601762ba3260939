// A private key leaves if somebody said so, and once.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/download/download_key.h"
#include "server/model/event_kind.h"
#include "server/pki/pki_folder.h"
#include "server/store/event_store.h"
#include "server/store/key_permit_store.h"
#include "test/unit/server/store/store_fixture.h"

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    return key_permit_store_put(connection, ctx, err);
}

static int count_kind(const struct event *event, void *ctx)
{
    int *counts = ctx;

    counts[0] += strcmp(event->kind, EVENT_KIND_KEY) == 0;
    counts[1] += strcmp(event->kind, EVENT_KIND_KEY_REFUSED) == 0;
    return 0;
}

// How often it was fetched, and refused, by its history.
static void assert_events(struct fixture *f, int fetched, int refused)
{
    struct store_connection *connection = fixture_read(f);
    int counts[2] = {0, 0};

    assert_int_equal(event_store_each(connection, MAC_1, 100, count_kind, counts, NULL), 0);
    store_read_end(f->store, connection);
    assert_int_equal(counts[0], fetched);
    assert_int_equal(counts[1], refused);
}

struct keys {
    struct fixture *store;
    struct device_auth *auth;
    struct key_vault *vault;
    struct key_vault *other; // which opens nothing of this one
    char devices[SCRATCH_PATH_SIZE];
    struct pki_folder_pair mine;
    struct pki_folder_pair others;
};

static void make_keys(struct fixture *f, struct keys *out)
{
    char folder[SCRATCH_PATH_SIZE];
    struct pki_folder_order order = {.folder = folder, .now_ms = clock_system_ms()};
    struct pki_folder_pair pair;
    char secret[SCRATCH_PATH_SIZE];
    struct issuer *ca;

    scratch_path(f->folder, "pki", folder);
    assert_int_equal(pki_folder_init(&order, "CA", &pair, NULL), 0);
    assert_int_equal(device_auth_new(pair.public_path, &out->auth, NULL), 0);
    assert_int_equal(pki_folder_open(folder, &ca, NULL), 0);
    assert_int_equal(pki_folder_add_device(ca, &order, MAC_1, &out->mine, NULL), 0);
    assert_int_equal(pki_folder_add_device(ca, &order, MAC_2, &out->others, NULL), 0);
    issuer_free(ca);
    scratch_path(f->folder, "pki/devices", out->devices);
    scratch_path(f->folder, "secret", secret);
    assert_int_equal(key_vault_open(secret, &out->vault, NULL), 0);
    scratch_path(f->folder, "other-secret", secret);
    assert_int_equal(key_vault_open(secret, &out->other, NULL), 0);
    out->store = f;
}

static void clear_keys(struct keys *keys)
{
    key_vault_free(keys->vault);
    key_vault_free(keys->other);
    device_auth_free(keys->auth);
}

// The device may fetch the key of that file, which was sealed by the vault for sealed_for.
static void hand_over(const struct keys *keys, const struct key_vault *vault,
    const char *sealed_for, const char *file)
{
    struct key_permit permit = {.mac = MAC_1, .allowed_by = "uid 7", .allowed_at_ms = 5};
    uint8_t *pem;
    uint8_t *sealed;
    size_t n;

    assert_int_equal(file_read(file, 10000, &pem, &n, NULL), 0);
    assert_int_equal(
        key_vault_seal(vault, sealed_for, pem, n, &sealed, &permit.sealed_size, NULL), 0);
    permit.sealed = sealed;
    fixture_write(keys->store, put, &permit);
    free(sealed);
    free(pem);
}

static int read_key(const struct keys *keys, const char *mac, bool takes)
{
    static const struct download_file file = {DOWNLOAD_KEY, false, false};
    struct download_settings settings = {.devices_dir = keys->devices,
        .auth = keys->auth,
        .store = keys->store->store,
        .vault = keys->vault};
    struct download_key_wish wish = {mac, "192.0.2.1", &file, takes};
    struct download_stored stored;
    int rc = download_key_read(&settings, &wish, &stored, NULL);

    if (rc < 0)
        return rc;
    assert_non_null(memmem(stored.bytes, stored.n, "PRIVAT\x45 KEY", 11));
    download_stored_clear(&stored);
    return 0;
}

static void test_once(void **state)
{
    struct fixture *f = *state;
    struct key_permit empty = {.mac = MAC_2, .allowed_by = "uid 7", .allowed_at_ms = 5};
    struct keys keys;

    make_keys(f, &keys);
    fixture_add_device(f, MAC_1);
    assert_int_equal(read_key(&keys, MAC_1, false), ERR_DENIED);
    assert_int_equal(read_key(&keys, MAC_1, true), ERR_DENIED);
    hand_over(&keys, keys.vault, MAC_1, keys.mine.key_path);
    fixture_write(f, put, &empty);
    assert_int_equal(read_key(&keys, MAC_1, false), 0);
    assert_int_equal(read_key(&keys, MAC_1, false), 0);     // which takes nothing
    assert_int_equal(read_key(&keys, MAC_2, true), ERR_IO); // none waits
    assert_int_equal(
        fixture_query(f, "SELECT count(*) FROM key_permits WHERE fetched_at_ms > 0"), 0);
    assert_events(f, 0, 0);
    assert_int_equal(read_key(&keys, MAC_1, true), 0);
    assert_int_equal(read_key(&keys, MAC_1, false), ERR_CONFLICT);
    assert_int_equal(read_key(&keys, MAC_1, true), ERR_CONFLICT);
    assert_int_equal(
        fixture_query(f, "SELECT count(*) FROM key_permits WHERE fetched_from = '192.0.2.1'"
                         " AND fetched_at_ms > 0 AND allowed_by = 'uid 7'"),
        1);
    assert_int_equal(
        fixture_query(f, "SELECT count(*) FROM key_permits WHERE sealed IS NOT NULL"), 0);
    assert_events(f, 1, 0);
    clear_keys(&keys);
}

// What was not sealed for it, by this daemon, or is not its certificate's does not leave, and the
// right one can still be fetched.
static void test_only_its_own(void **state)
{
    struct fixture *f = *state;
    struct keys keys;

    make_keys(f, &keys);
    fixture_add_device(f, MAC_1);
    hand_over(&keys, keys.vault, MAC_1, keys.others.key_path);
    assert_int_equal(read_key(&keys, MAC_1, true), ERR_INVALID);
    hand_over(&keys, keys.vault, MAC_2, keys.mine.key_path);
    assert_int_equal(read_key(&keys, MAC_1, true), ERR_INVALID);
    hand_over(&keys, keys.other, MAC_1, keys.mine.key_path);
    assert_int_equal(read_key(&keys, MAC_1, true), ERR_INVALID);
    assert_events(f, 0, 0);
    hand_over(&keys, keys.vault, MAC_1, keys.mine.key_path);
    assert_int_equal(rename(keys.mine.public_path, keys.others.public_path), 0);
    assert_int_equal(read_key(&keys, MAC_1, true), ERR_IO); // no certificate
    assert_int_equal(rename(keys.others.public_path, keys.mine.public_path), 0);
    assert_int_equal(read_key(&keys, MAC_1, true), 0);
    assert_events(f, 1, 0);
    clear_keys(&keys);
}

static void test_refused_is_told_once(void **state)
{
    struct fixture *f = *state;
    struct err err = {ERR_DENIED, "no"};

    download_key_note_refused(f->store, MAC_1, "192.0.2.1", &err); // nobody has heard of it
    assert_int_equal(fixture_query(f, "SELECT count(*) FROM events"), 0);
    fixture_add_device(f, MAC_1);
    download_key_note_refused(f->store, MAC_1, "192.0.2.1", &err);
    download_key_note_refused(f->store, MAC_1, "192.0.2.2", &err);
    assert_events(f, 0, 1);
    assert_int_equal(
        fixture_query(f, "SELECT count(*) FROM events WHERE detail = 'no: asked from 192.0.2.1'"),
        1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_once),
        TEST(test_only_its_own),
        TEST(test_refused_is_told_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
