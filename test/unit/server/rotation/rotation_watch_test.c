// Which CA's certificates are shown, and what a phase waits for.
#include "server/rotation/rotation_watch.h"

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/pki_folder.h"
#include "server/rotation/rotation_change.h"
#include "server/store/rotation_store.h"
#include "test/unit/server/store/store_fixture.h"

struct ca {
    char fingerprint[DIGEST_SHA256_TEXT_SIZE];
    char ca_path[SCRATCH_PATH_SIZE];
    struct certificate *server;
    uint8_t *der;
    size_t n;
};

static struct ca make_ca(const char *folder, const char *name)
{
    char place[SCRATCH_PATH_SIZE];
    struct pki_folder_order order = {.folder = place, .now_ms = clock_system_ms()};
    struct issuer_order server = {.common_name = "localhost"};
    struct pki_folder_pair pair;
    struct issuer *issuer;
    struct ca ca;

    scratch_path(folder, name, place);
    assert_int_equal(pki_folder_init(&order, name, &pair, NULL), 0);
    snprintf(ca.ca_path, sizeof ca.ca_path, "%.500s", pair.public_path);
    assert_int_equal(pki_folder_open(place, &issuer, NULL), 0);
    assert_int_equal(issuer_fingerprint(issuer, ca.fingerprint, NULL), 0);
    assert_int_equal(pki_folder_add_server(issuer, &order, &server, &pair, NULL), 0);
    assert_int_equal(certificate_load(pair.public_path, &ca.server, NULL), 0);
    assert_int_equal(certificate_to_der(ca.server, &ca.der, &ca.n, NULL), 0);
    issuer_free(issuer);
    return ca;
}

static void clear_ca(struct ca *ca)
{
    certificate_free(ca->server);
    free(ca->der);
}

// Writes the CAs that are trusted; other may be NULL.
static void write_cas(const char *path, const struct ca *one, const struct ca *other)
{
    const struct ca *cas[] = {one, other};
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    for (size_t i = 0; i < 2 && cas[i] != NULL; i++) {
        uint8_t *text;
        size_t n;

        assert_int_equal(file_read(cas[i]->ca_path, 65536, &text, &n, NULL), 0);
        fputs((char *)text, file);
        free(text);
    }
    fclose(file);
}

static bool waits(struct rotation_watch *watch, const struct rotation *rotation, const char *for_it)
{
    const char *what = rotation_watch_waits_for(watch, rotation);

    return for_it == NULL ? what == NULL : what != NULL && strstr(what, for_it) != NULL;
}

static void test_waits(void **state)
{
    struct fixture *f = *state;
    struct ca old = make_ca(f->folder, "old");
    struct ca fresh = make_ca(f->folder, "new");
    struct rotation rotation = {.phase = ROTATION_NONE};
    struct rotation_watch *watch;
    struct device_auth *auth;
    char path[SCRATCH_PATH_SIZE];

    snprintf(rotation.old_ca, sizeof rotation.old_ca, "%s", old.fingerprint);
    snprintf(rotation.new_ca, sizeof rotation.new_ca, "%s", fresh.fingerprint);
    scratch_path(f->folder, "ca.crt", path);
    write_cas(path, &old, NULL);
    assert_int_equal(device_auth_new(path, &auth, NULL), 0);
    assert_int_equal(rotation_watch_open(f->store, auth, &watch, NULL), 0);
    assert_true(waits(watch, &rotation, NULL));
    rotation.phase = ROTATION_TRUST;
    assert_true(waits(watch, &rotation, "both"));
    write_cas(path, &old, &fresh);
    assert_int_equal(device_auth_reload(auth, NULL), 0);
    assert_true(waits(watch, &rotation, NULL));

    // Each of the three, by itself, is not enough.
    rotation.phase = ROTATION_CERTIFICATES;
    rotation_watch_note_own(watch, old.server);
    rotation_watch_note_broker(watch, old.der, old.n);
    assert_true(waits(watch, &rotation, "this daemon shows no"));
    rotation_watch_note_broker(watch, fresh.der, fresh.n);
    assert_true(waits(watch, &rotation, "this daemon shows no"));
    rotation_watch_note_own(watch, fresh.server);
    assert_true(waits(watch, &rotation, "has not let in"));
    rotation_watch_note_broker(watch, old.der, old.n);
    assert_true(waits(watch, &rotation, "the broker shows no"));
    rotation_watch_note_broker(watch, fresh.der, fresh.n);
    assert_true(waits(watch, &rotation, NULL));
    rotation_watch_note_broker(watch, (const uint8_t *)"x", 1); // no certificate
    assert_true(waits(watch, &rotation, NULL));

    rotation.phase = ROTATION_LAST;
    assert_true(waits(watch, &rotation, "alone"));
    write_cas(path, &fresh, NULL);
    assert_int_equal(device_auth_reload(auth, NULL), 0);
    assert_true(waits(watch, &rotation, NULL));
    rotation.phase = ROTATION_ABORTING;
    assert_true(waits(watch, &rotation, "both"));
    fixture_close(f);
    rotation_watch_close(watch);
    rotation_watch_close(NULL);
    device_auth_free(auth);
    clear_ca(&old);
    clear_ca(&fresh);
}

static bool shows_new(struct fixture *f)
{
    struct store_connection *connection;
    struct rotation_device row;

    fixture_flush(f);
    connection = fixture_read(f);
    assert_int_equal(rotation_store_get_device(connection, MAC_1, &row, NULL), 0);
    store_read_end(f->store, connection);
    return row.shows_new;
}

static int add_one(struct store_connection *connection, void *ctx, struct err *err)
{
    struct rotation_device device = {.mac = MAC_1};

    (void)ctx;
    return rotation_store_put_device(connection, &device, err);
}

static void test_shown(void **state)
{
    struct fixture *f = *state;
    struct ca old = make_ca(f->folder, "old");
    struct ca fresh = make_ca(f->folder, "new");
    struct certificate_facts facts = {.common_name = "84:F3:EB:00:00:01"};
    struct rotation_watch *watch;
    struct device_auth *auth;

    assert_int_equal(device_auth_new(old.ca_path, &auth, NULL), 0);
    assert_int_equal(rotation_watch_open(f->store, auth, &watch, NULL), 0);
    fixture_write(f, add_one, NULL);
    snprintf(facts.ca, sizeof facts.ca, "%s", fresh.fingerprint);
    rotation_watch_note_device(NULL, &facts, MAC_1);
    rotation_watch_note_device(watch, &facts, MAC_1); // nothing is under way
    assert_false(shows_new(f));
    assert_int_equal(
        rotation_change_start(f->store, NULL, old.fingerprint, fresh.fingerprint, NULL), 0);
    rotation_watch_refresh(watch);
    rotation_watch_note_device(watch, &facts, MAC_2); // another
    assert_false(shows_new(f));
    rotation_watch_note_device(watch, &facts, NULL);
    assert_true(shows_new(f));
    snprintf(facts.ca, sizeof facts.ca, "%s", "a third one");
    rotation_watch_note_device(watch, &facts, MAC_1);
    assert_true(shows_new(f));
    snprintf(facts.ca, sizeof facts.ca, "%s", old.fingerprint);
    rotation_watch_note_device(watch, &facts, MAC_1);
    assert_false(shows_new(f));
    snprintf(facts.common_name, sizeof facts.common_name, "%s", "grafana");
    rotation_watch_note_device(watch, &facts, NULL);
    rotation_watch_tick(watch);
    rotation_watch_tick(watch);
    fixture_flush(f);
    fixture_close(f);
    rotation_watch_close(watch);
    device_auth_free(auth);
    clear_ca(&old);
    clear_ca(&fresh);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_waits),
        TEST(test_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
