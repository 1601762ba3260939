// Who is shut out, by the operator's endpoints.
#include "test/unit/server/api/api_fixture.h"

struct row {
    const char *method, *target;
    int status;
    const char *a, *b;
};

static void ask_rows(struct fixture *f, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ask(f, rows[i].method, rows[i].target, NULL, 0);
        expect(f, rows[i].target, rows[i].status, rows[i].a, rows[i].b);
    }
}

// Without a broker each is accepted, and says what is still to come.
static void devices_are_revoked(void **state)
{
    static const struct row rows[] = {
        {"POST", "/api/v1/devices/84f3eb000001/revoke", 202, "\"reason\":\"keyCompromise\"",
            "\"applied\":false"},
        {"GET", "/api/v1/devices/84f3eb000001", 200, "\"reason\":\"revoked\"", "\"before_ms\":1"},
        {"POST", "/api/v1/devices/84f3eb000001/revoke?reason=certificateHold", 202,
            "\"changed\":false", "\"reason\":\"keyCompromise\""},
        {"GET", "/api/v1/devices?state=revoked", 200, "84f3eb000001", "\"revoked_at_ms\":1"},
        {"GET", "/api/v1/status", 200, "\"revoked\":1", "\"number\":1,\"entries\":1"},
        {"POST", "/api/v1/devices/84f3eb000001/forget", 200, "\"forgotten\":true",
            "\"revoked\":true"},
        {"GET", "/api/v1/devices/84f3eb000001", 404, "devices readmit", ""},
        {"POST", "/api/v1/devices/84f3eb000001/readmit", 202, "\"changed\":true",
            "\"revoked\":false"},
        {"POST", "/api/v1/devices/84f3eb000001/readmit", 202, "\"changed\":false", "\"number\":2"},
        {"GET", "/api/v1/devices?state=revoked", 200, "[]", ""},
    };

    ask_rows(*state, rows, sizeof rows / sizeof rows[0]);
}

// Whose configuration the new one gets is told where it is another's.
static void devices_are_replaced(void **state)
{
    static const struct row rows[] = {
        {"POST", "/api/v1/devices/84f3eb000011/revoke", 202, "\"reported\":false", ""},
        {"POST", "/api/v1/devices/84f3eb000011/replace?by=84f3eb000012", 202,
            "\"replaced_by\":\"84f3eb000012\"", "\"config_of\":null"},
        {"GET", "/api/v1/devices/84f3eb000012", 200, "\"replaces\":\"84f3eb000011\"",
            "\"config_of\":null"},
        {"POST", "/api/v1/devices/84f3eb000011/replace?by=84f3eb000013&force=1", 409,
            "was already replaced by 84f3eb000012", "devices replace 84f3eb000012 84f3eb000013"},
    };
    static const struct row borrows[] = {
        {"GET", "/api/v1/devices/84f3eb000012", 200, "\"config_of\":\"84f3eb000011\"", ""},
        {"POST", "/api/v1/devices/84f3eb000012/replace?by=84f3eb000013", 202,
            "\"replaced_by\":\"84f3eb000013\"", "\"config_of\":\"84f3eb000011\""},
        {"GET", "/api/v1/devices/84f3eb000012", 200, "\"replaced_by\":\"84f3eb000013\"",
            "\"config_of\":null"},
        {"POST", "/api/v1/devices/84f3eb000012/readmit", 202, "\"revoked\":false", ""},
        {"POST", "/api/v1/devices/84f3eb000013/replace?by=84f3eb000012", 202,
            "\"replaced_by\":\"84f3eb000012\"", ""}, // undone
        {"GET", "/api/v1/devices/84f3eb000013", 200, "\"replaced_by\":\"84f3eb000012\"",
            "\"replaces\":null"},
        {"GET", "/api/v1/devices/84f3eb000012", 200, "\"replaced_by\":null",
            "\"replaces\":\"84f3eb000011\""},
    };

    api_fixture_borrows = false;
    ask_rows(*state, rows, sizeof rows / sizeof rows[0]);
    api_fixture_borrows = true;
    ask_rows(*state, borrows, sizeof borrows / sizeof borrows[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(devices_are_revoked),
        cmocka_unit_test(devices_are_replaced),
    };

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
