// Whether a signer could start.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/signer/signer_check.h"
#include "test/unit/server/signer/signer_fixture.h"

// A configuration of the folder, which lasts until the next call.
static struct signer_config config(char *folder)
{
    static char socket[SCRATCH_PATH_SIZE];
    static char client[] = "root";

    scratch_path(folder, "socket", socket);
    return (struct signer_config){.folder = folder, .socket = socket, .client = client};
}

static void a_good_one_can(void **state)
{
    struct signer_config good = config(*state);

    assert_int_equal(signer_check_all(&good), 0);
    assert_int_equal(scratch_count(*state), 2); // nothing was made
}

static void each_mistake_is_one(void **state)
{
    char nobody[] = "nobody-is-called-so";
    char long_path[300];
    char elsewhere[] = "/nowhere/socket";
    char run[] = "/run/nowhere/socket";
    struct signer_config bad = config(*state);

    bad.client = nobody;
    assert_int_equal(signer_check_all(&bad), 1);
    bad.socket = elsewhere;
    assert_int_equal(signer_check_all(&bad), 2);
    bad = config(*state);
    bad.socket = run;
    assert_int_equal(signer_check_all(&bad), 0); // systemd makes it
    memset(long_path, '/', sizeof long_path);
    long_path[sizeof long_path - 1] = '\0';
    bad.socket = long_path;
    assert_int_equal(signer_check_all(&bad), 1);
    bad = config(*state);
    assert_int_equal(mkdir(bad.socket, 0700), 0);
    assert_int_equal(signer_check_all(&bad), 1);
}

static void the_record_is_read(void **state)
{
    struct signer_config damaged = config(*state);
    char path[SCRATCH_PATH_SIZE];

    scratch_path(*state, "issued.pem", path);
    assert_int_equal(file_replace(path, (const uint8_t *)"damaged\n", 8, 0600, NULL), 0);
    assert_int_equal(signer_check_all(&damaged), 1);
}

static void the_ca_is_needed(void **state)
{
    struct signer_config without = config(*state);
    char path[SCRATCH_PATH_SIZE];

    scratch_path(*state, "ca.key", path);
    assert_int_equal(remove(path), 0);
    assert_int_equal(signer_check_all(&without), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, signer_fixture_make, scratch_remove)
        TEST(a_good_one_can),
        TEST(each_mistake_is_one),
        TEST(the_record_is_read),
        TEST(the_ca_is_needed),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
