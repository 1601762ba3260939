// Which certificate a device has now, and when that is not known.
#include "test/unit/server/wifi/wifi_fixture.h"

#include "server/model/revocation_list.h"

// The serial of the one that is found, or the error.
static int find(struct wifi_fixture *w, const char *mac, char serial[SERIAL_SIZE], struct err *err)
{
    struct store_connection *connection = fixture_read(w->f);
    struct certificate *certificate = NULL;
    int rc = wifi_recipient_find(&w->sources, connection, mac, &certificate, err);

    store_read_end(w->f->store, connection);
    if (rc < 0)
        assert_null(certificate);
    else
        assert_int_equal(certificate_serial(certificate, serial, NULL), 0);
    certificate_free(certificate);
    return rc;
}

static void serial_of(const struct wifi_fixture *w, const char *mac, char serial[SERIAL_SIZE])
{
    struct certificate *certificate = wifi_fixture_load(w, mac);

    assert_int_equal(certificate_serial(certificate, serial, NULL), 0);
    certificate_free(certificate);
}

static void expect(struct wifi_fixture *w, const char *mac, const char *serial)
{
    char got[SERIAL_SIZE];
    struct err err = {0};

    if (find(w, mac, got, &err) < 0)
        fail_msg("%s", err.message);
    assert_string_equal(got, serial);
}

static void refuse(struct wifi_fixture *w, const char *mac, int code, const char *says)
{
    char got[SERIAL_SIZE];
    struct err err = {0};
    int rc = find(w, mac, got, &err);

    if (rc != code || strstr(err.message, says) == NULL)
        fail_msg("%d: %s", rc, err.message);
}

static void test_the_newer_of_two(void **state)
{
    struct wifi_fixture *w = *state;
    char enrolled[SERIAL_SIZE];
    char filed[SERIAL_SIZE];

    refuse(w, MAC_1, ERR_NOT_FOUND, "has not enrolled here, and devices_dir has no " MAC_1 ".crt");
    wifi_fixture_file(w, MAC_1, PRIVATE_KEY_P256, 5);
    serial_of(w, MAC_1, enrolled);
    expect(w, MAC_1, enrolled);
    wifi_fixture_enrol(w, MAC_1, MAC_1);
    expect(w, MAC_1, enrolled);
    wifi_fixture_file(w, MAC_1, PRIVATE_KEY_P256, 6);
    expect(w, MAC_1, enrolled);
    wifi_fixture_file(w, MAC_1, PRIVATE_KEY_P256, 4);
    serial_of(w, MAC_1, filed);
    expect(w, MAC_1, filed);
}

static void test_not_its_own(void **state)
{
    struct wifi_fixture *w = *state;

    wifi_fixture_file(w, MAC_2, PRIVATE_KEY_P256, 1);
    wifi_fixture_enrol(w, MAC_1, MAC_2);
    refuse(w, MAC_1, ERR_INVALID, "that of " MAC_2);
}

static void test_not_let_in(void **state)
{
    struct wifi_fixture *w = *state;
    struct revocation_list *list;
    char serial[SERIAL_SIZE];

    wifi_fixture_file(w, MAC_1, PRIVATE_KEY_P256, 25);
    refuse(w, MAC_1, ERR_EXPIRED, "");
    wifi_fixture_file(w, MAC_1, PRIVATE_KEY_P256, 1);
    serial_of(w, MAC_1, serial);
    expect(w, MAC_1, serial);
    assert_int_equal(revocation_list_new(1, &list), 0);
    assert_int_equal(revocation_list_add_serial(list, serial), 0);
    device_auth_set_revoked(w->auth, list);
    refuse(w, MAC_1, ERR_REVOKED, "is revoked");
    assert_int_equal(revocation_list_new(2, &list), 0);
    assert_int_equal(revocation_list_add_device(list, MAC_1, REVOCATION_ALL_MS), 0);
    device_auth_set_revoked(w->auth, list);
    refuse(w, MAC_1, ERR_REVOKED, "device " MAC_1 " is revoked");
}

static void add_record(struct wifi_fixture *w, enum certificate_origin origin, int64_t hours)
{
    struct certificate_record record = {.mac = MAC_1,
        .common_name = MAC_1,
        .not_before_ms = clock_system_ms() - hours * HOUR_MS,
        .not_after_ms = clock_system_ms() + HOUR_MS,
        .origin = origin};

    snprintf(record.serial, sizeof record.serial, "%x", 0x100 + (int)origin);
    snprintf(record.fingerprint, sizeof record.fingerprint, "%064x", 1 + (int)origin);
    fixture_write(w->f, wifi_fixture_put_record, &record);
}

// One that the device has shown, or that was issued for it, and that is not here.
static void test_a_newer_one_is_known(void **state)
{
    struct wifi_fixture *w = *state;
    char serial[SERIAL_SIZE];

    wifi_fixture_file(w, MAC_1, PRIVATE_KEY_P256, 10);
    serial_of(w, MAC_1, serial);
    add_record(w, CERTIFICATE_SEEN, 11);
    expect(w, MAC_1, serial);
    add_record(w, CERTIFICATE_ENROLLED, 5); // made, and withdrawn
    expect(w, MAC_1, serial);
    add_record(w, CERTIFICATE_ISSUED, 6);
    refuse(w, MAC_1, ERR_CONFLICT, "newer certificate, 100, which the daemon does not have");
}

// What cannot be read is not passed over: the other could be the older one.
static void test_unreadable(void **state)
{
    struct wifi_fixture *w = *state;
    char path[160];

    wifi_fixture_file(w, MAC_1, PRIVATE_KEY_P256, 1);
    wifi_fixture_enrol(w, MAC_1, MAC_1);
    snprintf(path, sizeof path, "%s/%s.crt", w->devices, MAC_1);

    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs("no certificate\n", file);
    assert_int_equal(fclose(file), 0);
    refuse(w, MAC_1, ERR_INVALID, "");
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, wifi_fixture_set_up, wifi_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_newer_of_two),
        TEST(test_not_its_own),
        TEST(test_not_let_in),
        TEST(test_a_newer_one_is_known),
        TEST(test_unreadable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
