// Wi-Fi networks by the operator's endpoints.
#include "test/unit/server/api/api_fixture.h"

#include "server/store/command_store.h"
#include "server/store/device_store.h"

#define PATH "/api/v1/wifi"
#define NETWORKS "\"networks\": [{\"ssid\": \"a\", \"password\": \"sesame, open\"}]"
#define MAC "84f3eb000001"
#define OTHER "84f3eb000002"
#define SKETCH "84f3eb000003"

struct row {
    const char *method, *target, *body;
    int status;
    const char *a, *b;
};

static void ask_rows(struct fixture *f, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ask(f, rows[i].method, rows[i].target, rows[i].body, strlen(rows[i].body));
        expect(f, rows[i].body, rows[i].status, rows[i].a, rows[i].b);
        assert_null(strstr(f->answer, "sesame"));
    }
}

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    return device_store_put(connection, ctx, NULL, err);
}

static void add_device(struct fixture *f, const char *mac, bool ours)
{
    struct device_record device = {.speaks_events = ours, .online = true, .last_seen_ms = 1};

    memcpy(device.mac, mac, MAC_SIZE);
    assert_int_equal(store_write(f->api.store, put, &device, NULL), 0);
}

static void certify(const char *mac)
{
    struct pki_folder_order order = {.folder = folder, .days = 1, .now_ms = clock_system_ms()};
    struct pki_folder_pair pair;
    struct issuer *issuer;

    assert_int_equal(pki_folder_open(folder, &issuer, NULL), 0);
    assert_int_equal(pki_folder_add_device(issuer, &order, mac, &pair, NULL), 0);
    issuer_free(issuer);
}

static void orders(void **state)
{
    static const struct row before[] = {
        {"GET", PATH, "", 200, "[]", ""},
        {"GET", PATH "/1", "", 404, "secureesp wifi status", ""},
        {"GET", PATH "/x", "", 400, "number of a batch", ""},
        {"POST", PATH, "{}", 400, "one of", ""},
        {"POST", PATH, "{\"sesame, open\"}", 400, "not a JSON object", ""},
        {"POST", PATH, "{\"all\": true, " NETWORKS "}", 404, "no such devices", ""},
        {"POST", PATH, "{\"macs\": [\"" MAC "\"], " NETWORKS "}", 409, "the device is unknown",
            "\"devices\":[{\"mac\":\"" MAC "\",\"id\":null,\"wave\":null,\"reason\":\"the device"},
    };
    static const struct row after[] = {
        {"POST", PATH, "{\"all\": true, " NETWORKS "}", 409,
            "\"error\":{\"code\":\"conflict\",\"message\":\"1 of 3 devices cannot",
            "{\"mac\":\"" MAC "\",\"id\":null,\"wave\":null,\"reason\":null}"},
        {"GET", PATH, "", 200, "[]", ""},
        {"POST", PATH, "{\"all\": true, \"skip\": true, " NETWORKS "}", 202,
            "{\"batch\":1,\"devices\":[{\"mac\":\"" MAC
            "\",\"id\":1,\"wave\":0,\"reason\":null},{\"mac\":\"" OTHER
            "\",\"id\":2,\"wave\":1,\"reason\":null},{\"mac\":\"" SKETCH
            "\",\"id\":null,\"wave\":null,\"reason\":\"it does not know",
            ""},
        {"GET", PATH, "", 200, "\"batch\":1,", "\"waiting\":1,\"total\":2"},
        {"GET", PATH "/1", "", 200,
            "\"mac\":\"" OTHER "\",\"command\":\"wifi\","
            "\"state\":\"waiting\"",
            "\"batch\":1,\"wave\":1"},
        {"GET", PATH "/2", "", 404, "no batch 2", ""},
        {"GET", "/api/v1/commands/1", "", 200, "\"batch\":1", "\"wave\":0"},
        {"POST", "/api/v1/commands", "{\"mac\": \"" MAC "\", \"command\": \"wifi\"}", 400,
            "secureesp wifi set", ""},
        {"POST", "/api/v1/commands/cancel", "{\"ids\": [1]}", 200, "\"state\":\"cancelled\"", ""},
        {"GET", PATH, "", 200, "\"failed\":1", "\"cancelled\":1,\"waiting\":0"},
    };
    struct fixture *f = *state;
    static char devices[96];

    snprintf(devices, sizeof devices, "%s/devices", folder);
    f->api.recipients = (struct wifi_recipient_sources){f->auth, devices};
    ask_rows(f, before, sizeof before / sizeof before[0]);
    add_device(f, MAC, true);
    add_device(f, OTHER, true);
    add_device(f, SKETCH, false);
    certify(MAC);
    certify(OTHER);
    ask_rows(f, after, sizeof after / sizeof after[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(orders)};

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
