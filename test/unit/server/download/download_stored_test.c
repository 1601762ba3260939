// Which certificate a device is given while the CA changes: in its turn, and for its own key alone.
#include "server/download/download_stored.h"

#include <string.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/certificate.h"
#include "server/pki/pki_folder.h"
#include "server/pki/pki_reissue.h"
#include "server/pki/pki_rotation.h"
#include "server/rotation/rotation_change.h"
#include "server/store/rotation_store.h"
#include "test/unit/server/store/store_fixture.h"

// A CA that changes, and a device with two keys, of which it has the first.
struct place {
    char pki[SCRATCH_PATH_SIZE];
    char devices[SCRATCH_PATH_SIZE];
    uint8_t *shown; // the first one's certificate
    size_t n;
    struct device_auth *auth;
    struct fixture *f;
    int given; // pairs
};

static int give(const struct certificate *old, const struct certificate *fresh, void *ctx)
{
    struct place *place = ctx;
    const struct certificate *both[] = {old, fresh};

    for (size_t i = 0; i < 2; i++) {
        struct rotation_change_text text = {.by = NULL};
        size_t count = 0;
        char *pem;

        assert_int_equal(certificate_to_pem(both[i], &pem, NULL), 0);
        text.p = (uint8_t *)pem;
        text.n = strlen(pem);
        assert_int_equal(
            rotation_change_add_certificates(place->f->store, place->auth, &text, &count, NULL), 0);
        assert_int_equal(count, 1);
        free(pem);
    }
    place->given++;
    return 0;
}

static void read_shown(struct place *place, const char *path)
{
    struct certificate *certificate;

    assert_int_equal(certificate_load(path, &certificate, NULL), 0);
    assert_int_equal(certificate_to_der(certificate, &place->shown, &place->n, NULL), 0);
    certificate_free(certificate);
}

static void make_place(struct fixture *f, struct place *place)
{
    struct pki_folder_order order = {.folder = place->pki, .now_ms = clock_system_ms()};
    struct pki_reissue reissue = {.folder = place->pki, .now_ms = order.now_ms};
    struct pki_rotation rotation;
    struct pki_folder_pair pair;
    struct issuer *issuer;
    char path[SCRATCH_PATH_SIZE];

    *place = (struct place){.f = f};
    scratch_path(f->folder, "pki", place->pki);
    scratch_path(place->pki, "devices", place->devices);
    assert_int_equal(pki_folder_init(&order, "first", &pair, NULL), 0);
    snprintf(path, sizeof path, "%.500s", pair.public_path);
    assert_int_equal(pki_folder_open(place->pki, &issuer, NULL), 0);
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC_1, &pair, NULL), 0);
    read_shown(place, pair.public_path);
    order.force = true;
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC_1, &pair, NULL), 0);
    issuer_free(issuer);
    order.force = false;
    assert_int_equal(pki_rotation_make(&order, "second", &rotation, NULL), 0);
    assert_int_equal(pki_rotation_join(place->pki, NULL), 0);
    assert_int_equal(device_auth_new(path, &place->auth, NULL), 0);
    assert_int_equal(
        rotation_change_start(f->store, NULL, rotation.old_ca, rotation.new_ca, NULL), 0);
    assert_int_equal(pki_reissue_devices(&reissue, give, place, NULL), 0);
    assert_int_equal(place->given, 2);
}

static void clear_place(struct place *place)
{
    device_auth_free(place->auth);
    free(place->shown);
}

struct stage {
    enum rotation_phase phase;
    enum rotation_holds holds;
};

static int put_stage(struct store_connection *connection, void *ctx, struct err *err)
{
    const struct stage *stage = ctx;
    struct rotation rotation;
    struct rotation_device device;
    int rc = rotation_store_get(connection, &rotation, err);

    rotation.phase = stage->phase;
    if (rc == 0)
        rc = rotation_store_put(connection, &rotation, err);
    if (rc == 0)
        rc = rotation_store_get_device(connection, MAC_1, &device, err);
    device.holds = stage->holds;
    return rc < 0 ? rc : rotation_store_put_device(connection, &device, err);
}

// The CA and the key of what it gets.
static void expect(struct place *place, bool with_shown, const char *ca, bool own_key)
{
    struct download_settings settings = {
        .devices_dir = place->devices, .auth = place->auth, .store = place->f->store};
    struct download_file file = {.kind = DOWNLOAD_CERT};
    struct download_stored stored = {
        .shown = with_shown ? place->shown : NULL, .shown_n = place->n};
    struct certificate *certificate;
    struct certificate *shown;
    char found[DIGEST_SHA256_TEXT_SIZE];
    char keys[2][DIGEST_SHA256_TEXT_SIZE];
    struct err err = {0};

    if (download_stored_read(&settings, MAC_1, &file, &stored, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(certificate_from_pem(stored.bytes, stored.n, &certificate, NULL), 0);
    assert_int_equal(certificate_from_der(place->shown, place->n, &shown, NULL), 0);
    assert_int_equal(device_auth_find_root(place->auth, certificate, found, NULL), 0);
    assert_string_equal(found, ca);
    assert_int_equal(certificate_key_id(certificate, keys[0], NULL), 0);
    assert_int_equal(certificate_key_id(shown, keys[1], NULL), 0);
    assert_int_equal(strcmp(keys[0], keys[1]) == 0, own_key);
    certificate_free(certificate);
    certificate_free(shown);
    download_stored_clear(&stored);
}

static void test_turns(void **state)
{
    struct fixture *f = *state;
    struct place place;
    struct pki_rotation rotation;
    struct stage stage = {ROTATION_CERTIFICATES, ROTATION_HOLDS_BOTH};

    make_place(f, &place);
    assert_int_equal(pki_rotation_look(place.pki, &rotation, NULL), 0);
    expect(&place, true, rotation.old_ca, false); // its file
    fixture_write(f, put_stage, &stage);
    expect(&place, true, rotation.old_ca, false); // not its turn
    stage.holds = ROTATION_HOLDS_NEW;
    fixture_write(f, put_stage, &stage);
    expect(&place, true, rotation.new_ca, true);
    expect(&place, false, rotation.old_ca, false); // who shows none gets what it always got
    stage.phase = ROTATION_ABORTING;
    fixture_write(f, put_stage, &stage);
    expect(&place, true, rotation.old_ca, true);
    clear_place(&place);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_turns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
