// Why a rollout does not go on, in words.
#include "server/ctl/rollouts_reason.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const struct {
    const char *rollout, *text;
} rows[] = {
    {"{\"reason\": null, \"waits_for\": null, \"waits_until_ms\": null}", ""},
    {"{}", ""},
    {"{\"reason\": \"by an operator\", \"waits_for\": null}", "by an operator"},
    {"{\"reason\": null, \"waits_for\": \"start\", \"waits_until_ms\": 1798146000000}",
        "waits for its start until 2026-12-24T21:00:00Z"},
    {"{\"reason\": null, \"waits_for\": \"window\", \"waits_until_ms\": 1798146000000}",
        "waits for its window until 2026-12-24T21:00:00Z"},
    {"{\"waits_for\": \"zone\", \"terms\": {\"window\": \"22:00-05:00 Europe/Atlantis\"}}",
        "waits: the time zone of its window, 22:00-05:00 Europe/Atlantis, cannot be read"},
};

static void test_reasons(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *rollout = json_loads(rows[i].rollout, 0, NULL);
        char text[ROLLOUTS_REASON_SIZE];

        assert_non_null(rollout);
        rollouts_reason_write(rollout, text);
        assert_string_equal(text, rows[i].text);
        json_decref(rollout);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reasons),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
