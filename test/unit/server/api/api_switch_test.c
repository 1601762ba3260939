// What is switched of a device: in the same way for each thing.
#include "test/unit/server/api/api_fixture.h"

#include "server/store/device_store.h"

#define MAC "84f3eb000001"
#define DEVICES "/api/v1/devices/"

// How each is shown when it is on ("": that takes a body), and off.
static const struct {
    const char *name, *on, *off;
} things[] = {
    {"hold", "\"by\":\"uid ", "\"hold\":null"},
    {"canary", "\"canary\":true", "\"canary\":false"},
    {"key", "", "\"key\":null"},
};

static int put(struct store_connection *connection, void *ctx, struct err *err)
{
    return device_store_put(connection, ctx, NULL, err);
}

static void ask_for(struct fixture *f, const char *mac, const char *name, const char *query)
{
    char target[128];

    snprintf(target, sizeof target, DEVICES "%s/%s%s", mac, name, query);
    ask(f, "POST", target, "", 0);
}

static int count(const char *what, const char *text)
{
    int n = 0;

    while ((text = strstr(text, what)) != NULL) {
        text++;
        n++;
    }
    return n;
}

static void switches(void **state)
{
    struct fixture *f = *state;
    struct device_record device = {.mac = MAC, .last_seen_ms = 1};

    assert_int_equal(store_write(f->api.store, put, &device, NULL), 0);
    for (size_t i = 0; i < sizeof things / sizeof things[0]; i++) {
        const char *name = things[i].name;

        ask_for(f, "84-F3-EB-00-00-01", name, ""); // neither on nor off
        expect(f, name, 400, "\"invalid\"", "on must be 1 or 0");
        ask_for(f, MAC, name, "?on=2");
        expect(f, name, 400, "\"invalid\"", "");
        ask_for(f, "nobody", name, "?on=1");
        expect(f, name, 400, "\"invalid\"", "nobody");
        if (things[i].on[0] != '\0') {
            ask_for(f, "84-F3-EB-00-00-01", name, "?on=1"); // as people write it
            expect(f, name, 200, "\"mac\":\"" MAC "\"", things[i].on);
        }
        ask_for(f, MAC, name, "?on=0");
        expect(f, name, 200, "\"mac\":\"" MAC "\"", things[i].off);
    }
}

// The log says so of each alone.
static void forces(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < 2; i++) { // not the key: nothing stands against that
        ask(f, "GET", "/api/v1/audit", NULL, 0);
        expect(f, things[i].name, 200, "\"forced\":false", "");

        int before = count("\"forced\":true", f->answer);

        ask_for(f, MAC, things[i].name, "?on=1&force=0");
        ask_for(f, MAC, things[i].name, "?on=0&force=1");
        ask(f, "GET", "/api/v1/audit", NULL, 0);
        assert_int_equal(count("\"forced\":true", f->answer), before + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(switches), cmocka_unit_test(forces)};

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
