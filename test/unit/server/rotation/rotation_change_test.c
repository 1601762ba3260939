// Devices' certificates by both CAs, and nobody else's.
#include "server/rotation/rotation_change.h"

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/pki_folder.h"
#include "server/store/device_store.h"
#include "server/store/rotation_store.h"
#include "test/unit/server/store/store_fixture.h"

// Certificates of a CA: of a device, and of a server whose name is no device's.
struct ca {
    char fingerprint[DIGEST_SHA256_TEXT_SIZE];
    char ca_path[SCRATCH_PATH_SIZE];
    char *device;
    char *server;
};

static char *read_text(const char *path)
{
    uint8_t *text;
    size_t n;

    assert_int_equal(file_read(path, 65536, &text, &n, NULL), 0);
    return (char *)text;
}

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
    assert_int_equal(pki_folder_add_device(issuer, &order, MAC_1, &pair, NULL), 0);
    ca.device = read_text(pair.public_path);
    assert_int_equal(pki_folder_add_server(issuer, &order, &server, &pair, NULL), 0);
    ca.server = read_text(pair.public_path);
    issuer_free(issuer);
    return ca;
}

static void clear_ca(struct ca *ca)
{
    free(ca->device);
    free(ca->server);
}

// Both CAs in one file.
static struct device_auth *trust(const char *folder, const struct ca *one, const struct ca *other)
{
    char path[SCRATCH_PATH_SIZE];
    struct device_auth *auth;
    char *texts[2] = {read_text(one->ca_path), read_text(other->ca_path)};
    FILE *file;

    scratch_path(folder, "both.crt", path);
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "%s%s", texts[0], texts[1]);
    fclose(file);
    free(texts[0]);
    free(texts[1]);
    assert_int_equal(device_auth_new(path, &auth, NULL), 0);
    return auth;
}

static void test_certificates(void **state)
{
    struct fixture *f = *state;
    struct ca old = make_ca(f->folder, "old");
    struct ca fresh = make_ca(f->folder, "new");
    struct ca other = make_ca(f->folder, "other");
    struct device_auth *auth = trust(f->folder, &old, &fresh);
    struct rotation_change_text text = {.by = NULL};
    struct rotation_device row;
    char all[65536];
    size_t count = 99;

    text.p = (uint8_t *)all;
    text.n = (size_t)snprintf(
        all, sizeof all, "%s%s%s%s", old.device, other.device, fresh.server, fresh.device);
    assert_int_equal(
        rotation_change_add_certificates(f->store, auth, &text, &count, NULL), ERR_NOT_FOUND);
    assert_int_equal(
        rotation_change_start(f->store, NULL, old.fingerprint, fresh.fingerprint, NULL), 0);
    assert_int_equal(rotation_change_add_certificates(f->store, auth, &text, &count, NULL), 0);
    assert_int_equal(count, 2);

    struct store_connection *connection = fixture_read(f);

    assert_int_equal(rotation_store_get_device(connection, MAC_1, &row, NULL), 0);
    assert_true(row.has_certificate);
    store_read_end(f->store, connection);
    text.n = 0;
    assert_int_equal(
        rotation_change_add_certificates(f->store, auth, &text, &count, NULL), ERR_INVALID);
    text.n = 20;
    assert_int_equal(
        rotation_change_add_certificates(f->store, auth, &text, &count, NULL), ERR_INVALID);
    device_auth_free(auth);
    clear_ca(&old);
    clear_ca(&fresh);
    clear_ca(&other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

static int put_device(struct store_connection *connection, void *ctx, struct err *err)
{
    return device_store_put(connection, ctx, NULL, err);
}

static int note_shown(struct store_connection *connection, void *ctx, struct err *err)
{
    (void)ctx;
    return rotation_store_note_shown(connection, MAC_1, true, err);
}

// Who has enrolled with the new CA by then is waited for, also if no certificate was issued yet.
static void test_going_back_at_once(void **state)
{
    static const char old_ca[] = "0000000000000000000000000000000000000000000000000000000000000000";
    static const char new_ca[] = "1111111111111111111111111111111111111111111111111111111111111111";
    struct rotation_change_wish wish = {.to = ROTATION_ABORTING};
    struct device_record devices[] = {{.mac = MAC_1, .reason = DEVICE_REASON_STATUS},
        {.mac = MAC_2, .reason = DEVICE_REASON_STATUS}};
    struct fixture *f = *state;
    size_t moved = 99;

    for (size_t i = 0; i < 2; i++)
        fixture_write(f, put_device, &devices[i]);
    assert_int_equal(rotation_change_start(f->store, NULL, old_ca, new_ca, NULL), 0);
    fixture_write(f, note_shown, NULL);
    assert_int_equal(rotation_change_advance(f->store, &wish, &moved, NULL), 0);
    assert_int_equal(moved, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_certificates),
        TEST(test_going_back_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
