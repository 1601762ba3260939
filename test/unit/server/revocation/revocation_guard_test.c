// Whom nobody shuts out by mistake.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/revocation/revocation_guard.h"
#include "server/store/certificate_store.h"
#include "test/unit/server/store/store_fixture.h"

static int add(struct store_connection *connection, void *ctx, struct err *err)
{
    return certificate_store_add(connection, ctx, NULL, err);
}

static int revoke_one(struct store_connection *connection, void *ctx, struct err *err)
{
    int rc = certificate_store_revoke(connection, ctx, 5, "superseded", err);

    return rc < 0 ? rc : 0;
}

struct kind {
    const char *serial, *common_name, *mac;
    bool is_server;
};

static void put(struct fixture *f, const struct kind *kind)
{
    struct certificate_record record = {.is_server = kind->is_server, .not_after_ms = INT64_MAX};

    snprintf(record.serial, sizeof record.serial, "%s", kind->serial);
    snprintf(record.common_name, sizeof record.common_name, "%s", kind->common_name);
    snprintf(record.mac, sizeof record.mac, "%s", kind->mac);
    snprintf(
        record.fingerprint, sizeof record.fingerprint, "%s of %s", kind->serial, kind->common_name);
    fixture_write(f, add, &record);
}

static void assert_checked(struct fixture *f, const char *serial, int expected)
{
    struct err err = {0};
    int rc = revocation_guard_check(f->store, serial, &err);

    if (rc != expected)
        fail_msg("%s: %d %s", serial, rc, err.message);
    if (rc == ERR_CONFLICT) {
        assert_non_null(strstr(err.message, serial));
        assert_non_null(strstr(err.message, "secureespd"));
        assert_non_null(strstr(err.message, "--force"));
    }
}

static void test_servers_alone(void **state)
{
    static const struct kind kinds[] = {
        {"0a", "secureespd", "", true}, {"0b", "grafana", "", false}, {"0c", MAC_1, MAC_1, false},
        {"0d", MAC_2, MAC_2, true}, // a device's, whatever it may be used for
        {"0e", "another", "", false},
        {"0e", "secureespd", "", true}, // one of two that bear the same
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        put(f, &kinds[i]);
    assert_checked(f, "0a", ERR_CONFLICT);
    assert_checked(f, "0b", 0);
    assert_checked(f, "0c", 0);
    assert_checked(f, "0d", 0);
    assert_checked(f, "0e", ERR_CONFLICT);
    assert_checked(f, "0f", 0); // nobody's that is known
}

// Once more does no harm.
static void test_one_that_is_revoked(void **state)
{
    struct fixture *f = *state;

    put(f, &(struct kind){"0a", "secureespd", "", true});
    fixture_write(f, revoke_one, (void *)"0a");
    assert_checked(f, "0a", 0);
}

// Who cannot be told is not shut out.
static void test_a_database_that_fails(void **state)
{
    struct fixture *f = *state;

    put(f, &(struct kind){"0a", "secureespd", "", true});
    fixture_query(f, "ALTER TABLE certificates RENAME TO away");
    assert_checked(f, "0a", ERR_IO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_servers_alone),
        TEST(test_one_that_is_revoked),
        TEST(test_a_database_that_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
