// Who is shut out, by the operator's endpoints.
#include "test/unit/server/api/api_fixture.h"

// Without a broker each is accepted, and says what is still to come.
static void devices_are_revoked(void **state)
{
    static const struct {
        const char *method, *target;
        int status;
        const char *a, *b;
    } rows[] = {
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
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ask(f, rows[i].method, rows[i].target, NULL, 0);
        expect(f, rows[i].target, rows[i].status, rows[i].a, rows[i].b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(devices_are_revoked),
    };

    return cmocka_run_group_tests(tests, api_fixture_start, api_fixture_stop);
}
