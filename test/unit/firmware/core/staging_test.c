// Tests of staged files, with the power cut at each write.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/core/staging.h"
#include "test/unit/firmware/fake_port.h"

#define MAC "84f3eb012345"

static uint8_t scratch[STAGING_FILE_MAX + 1];

static void put(struct fake_port *port, const char *name, const char *text)
{
    assert_int_equal(files_write(&port->port, name, (const uint8_t *)text, strlen(text)), 0);
}

static void prepare(struct fake_port *port)
{
    fake_init(port);
    put(port, "config.json", "c");
    put(port, MAC ".crt", "old");
    put(port, MAC ".key", "old");
    put(port, MAC ".crt.new", "new");
    put(port, MAC ".key.new", "new");
}

static bool holds(struct fake_port *port, enum staging_file file, unsigned mask, const char *text)
{
    int n = staging_read(&port->port, MAC, file, mask, scratch);

    return n == (int)strlen(text) && memcmp(scratch, text, (size_t)n) == 0;
}

static void test_names(void **state)
{
    char name[STAGING_NAME_SIZE];

    (void)state;
    staging_name(STAGING_KEY, MAC, true, name);
    assert_string_equal(name, MAC ".key.new");
    staging_name(STAGING_CONFIG, MAC, false, name);
    assert_string_equal(name, "config.json");
    staging_name(STAGING_CA, MAC, true, name);
    assert_string_equal(name, "ca.crt.new");
    staging_name(STAGING_WIFI, MAC, false, name);
    assert_string_equal(name, "wifi");
    staging_name(STAGING_WIFI, MAC, true, name);
    assert_string_equal(name, "wifi.new");
}

static void test_find(void **state)
{
    static struct fake_port port;

    (void)state;
    prepare(&port);
    assert_int_equal(staging_find(&port.port, MAC, scratch),
        STAGING_BIT(STAGING_CERT) | STAGING_BIT(STAGING_KEY));
    assert_int_equal(staging_read(&port.port, MAC, STAGING_CA, 0, scratch), PORT_ABSENT);
}

static void test_too_long(void **state)
{
    static struct fake_port port;
    static uint8_t bytes[STAGING_FILE_MAX + 1];

    (void)state;
    fake_init(&port);
    files_write(&port.port, "ca.crt", bytes, STAGING_FILE_MAX);
    assert_int_equal(staging_read(&port.port, MAC, STAGING_CA, 0, scratch), STAGING_FILE_MAX);
    files_write(&port.port, "ca.crt", bytes, STAGING_FILE_MAX + 1);
    assert_int_equal(staging_read(&port.port, MAC, STAGING_CA, 0, scratch), PORT_FAILED);
}

// After a cut at any operation, the same call again brings it to the same end. Returns how many
// operations it takes.
static int sweep(int (*change)(struct fake_port *port), const char *cert, const char *key)
{
    static struct fake_port port;
    int rc = PORT_FAILED;
    int cut = 0;

    for (; rc != 0; cut++) {
        prepare(&port);
        port.power.cut = (enum nor_cut)(cut % NOR_CUTS);
        port.power.ops_left = cut / NOR_CUTS;
        rc = change(&port);
        fake_power_on(&port);
        assert_int_equal(change(&port), 0);
        assert_true(holds(&port, STAGING_CERT, 0, cert));
        assert_true(holds(&port, STAGING_KEY, 0, key));
        assert_int_equal(staging_find(&port.port, MAC, scratch), 0);
    }
    return cut / NOR_CUTS;
}

#define CREDENTIALS (STAGING_BIT(STAGING_CERT) | STAGING_BIT(STAGING_KEY))

static int commit(struct fake_port *port)
{
    return staging_commit(&port->port, MAC, CREDENTIALS, scratch);
}

static int discard(struct fake_port *port)
{
    return staging_discard(&port->port, MAC, CREDENTIALS);
}

static void test_commit_power_cuts(void **state)
{
    (void)state;
    // Of each file: two sectors erased, written and headed; its staged one erased and headed.
    assert_int_equal(sweep(commit, "new", "new"), 2 * (4 + 3));
}

static void test_discard_power_cuts(void **state)
{
    (void)state;
    assert_int_equal(sweep(discard, "old", "old"), 2 * 3);
}

// Whichever operation fails: that is said, no file is lost, and the next try ends it.
static void test_commit_operations_that_fail(void **state)
{
    static struct fake_port port;
    int n = 0;

    (void)state;
    for (;; n++) {
        int rc;

        prepare(&port);
        port.power.fails_in = n;
        rc = staging_commit(&port.port, MAC, STAGING_IDENTITY, scratch);
        if (port.power.fails_in != NOR_NO_CUT) {
            assert_int_equal(rc, 0); // there are no more operations
            break;
        }
        assert_int_equal(rc, PORT_FAILED);
        for (unsigned file = STAGING_CERT; file <= STAGING_KEY; file++) {
            assert_true(holds(&port, (enum staging_file)file, STAGING_IDENTITY, "new") ||
                        holds(&port, (enum staging_file)file, 0, "new"));
        }
        assert_int_equal(staging_commit(&port.port, MAC, STAGING_IDENTITY, scratch), 0);
        assert_true(holds(&port, STAGING_CERT, 0, "new") && holds(&port, STAGING_KEY, 0, "new"));
        assert_int_equal(staging_find(&port.port, MAC, scratch), 0);
    }
    assert_true(n >= 8); // two files are written, and two removed
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_commit_power_cuts),
        cmocka_unit_test(test_discard_power_cuts),
        cmocka_unit_test(test_commit_operations_that_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
