// A private key is handed over for its device: sealed, and only that device's own.
#include "test/unit/server/api/api_fixture.h"

#include "server/base/file.h"
#include "server/store/device_store.h"
#include "server/store/key_permit_store.h"

#define MAC_1 "84f3eb000001"
#define MAC_2 "84f3eb000002"
#define SWITCH(mac, on) "/api/v1/devices/" mac "/key?on=" on

static int put_device(struct store_connection *connection, void *ctx, struct err *err)
{
    struct device_record device = {.reason = DEVICE_REASON_STATUS};

    snprintf(device.mac, sizeof device.mac, "%s", (const char *)ctx);
    return device_store_put(connection, &device, NULL, err);
}

// The PEM of a new device's key; the caller frees it.
static uint8_t *new_device(const struct fixture *f, const char *mac, size_t *n)
{
    struct pki_folder_order order = {.folder = folder, .days = 1, .now_ms = clock_system_ms()};
    struct pki_folder_pair pair;
    struct issuer *issuer;
    uint8_t *pem = NULL;

    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    assert_int_equal(pki_folder_add_device(issuer, &order, mac, &pair, NULL), 0);
    issuer_free(issuer);
    assert_int_equal(store_write(f->api.store, put_device, (void *)mac, NULL), 0);
    assert_int_equal(file_read(pair.key_path, 10000, &pem, n, NULL), 0);
    return pem;
}

// What waits for the device, opened; the caller frees it.
static uint8_t *waiting(const struct fixture *f, const char *mac, size_t *n)
{
    struct store_connection *connection;
    uint8_t *sealed = NULL;
    uint8_t *pem = NULL;
    size_t size;

    assert_int_equal(store_read_begin(f->api.store, &connection, NULL), 0);

    int rc = key_permit_store_get_sealed(connection, mac, &sealed, &size, NULL);

    store_read_end(f->api.store, connection);
    if (rc == 0)
        assert_int_equal(key_vault_unseal(f->vault, mac, sealed, size, &pem, n, NULL), 0);
    free(sealed);
    return pem;
}

static void keys_are_handed_over(void **state)
{
    struct fixture *f = *state;
    size_t mine_n;
    size_t others_n;
    size_t n = 0;
    uint8_t *mine = new_device(f, MAC_1, &mine_n);
    uint8_t *others = new_device(f, MAC_2, &others_n);
    uint8_t *pem;

    ask(f, "POST", SWITCH(MAC_1, "1"), NULL, 0);
    expect(f, "without a key", 400, "the body must be", "private key in PEM");
    ask(f, "POST", SWITCH(MAC_1, "1"), "junk", 4);
    expect(f, "junk", 400, "\"invalid\"", "");
    ask(f, "POST", SWITCH(MAC_1, "1"), others, others_n);
    expect(f, "another device's", 400, "the key is not the certificate's", MAC_1 ".crt");
    assert_null(waiting(f, MAC_1, &n));
    ask(f, "POST", SWITCH("84f3eb000003", "1"), mine, mine_n);
    expect(f, "no certificate", 404, "84f3eb000003.crt", "");
    ask(f, "POST", SWITCH(MAC_1, "1"), mine, mine_n);
    expect(f, "its own", 200, "\"allowed_by\":\"uid ", "\"fetched_at_ms\":null");
    pem = waiting(f, MAC_1, &n);
    assert_non_null(pem);
    assert_int_equal(n, mine_n);
    assert_memory_equal(pem, mine, n);
    free(pem);
    assert_null(waiting(f, MAC_2, &n));
    ask(f, "POST", SWITCH(MAC_1, "0"), mine, mine_n);
    expect(f, "on or off", 400, "a key goes with on=1", "");
    ask(f, "POST", SWITCH(MAC_1, "0"), NULL, 0);
    expect(f, "taken back", 200, "\"key\":null", "");
    assert_null(waiting(f, MAC_1, &n));
    free(mine);
    free(others);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_handed_over),
    };

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
