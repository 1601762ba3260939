// Where a fleet would be found, and what of a file that is none.
#include "server/setup/setup_past.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdint.h>
#include <string.h>

#include "server/base/file.h"
#include "test/unit/server/base/scratch.h"

static void expect_place(const char *config, const char *expected)
{
    char place[64];

    setup_past_place(config, place, sizeof place);
    assert_string_equal(place, expected);
}

static void test_place(void **state)
{
    (void)state;
    expect_place(NULL, "/var/lib/secureesp/secureesp.db");
    expect_place("[tls]\nstate_dir = /x\n", "/var/lib/secureesp/secureesp.db");
    expect_place("[daemon]\nstate_dir = /srv/fleet\n", "/srv/fleet/secureesp.db");
}

static void test_no_database(void **state)
{
    struct setup restored = {.is_restored = true};
    struct setup anew = {.is_restored = true, .begins_anew = true};
    char path[SCRATCH_PATH_SIZE];
    struct err err = {0};

    scratch_path(*state, "none", path);
    assert_int_equal(setup_past_judge(path, &err), 0);
    assert_int_equal(file_replace(path, (const uint8_t *)"garbage", 7, 0600, NULL), 0);
    assert_int_equal(setup_past_judge(path, &err), ERR_INVALID); // it may have been one
    assert_non_null(strstr(err.message, "--new-ca"));
    assert_int_equal(setup_past_allows_ca(&restored, &err), ERR_CONFLICT);
    assert_non_null(strstr(err.message, "put the folder of the CA back"));
    assert_int_equal(setup_past_allows_ca(&anew, &err), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_place), TEST(test_no_database)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
