// Names and roles that clients of the broker may have.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/pki/client_name.h"

static void test_names(void **state)
{
    static const struct {
        const char *name;
        const char *why; // NULL: good
    } rows[] = {
        {"grafana", NULL},
        {"monitor-1", NULL},
        {"secureespd-2", NULL},
        {"84f3eb01234", NULL}, // a digit short
        {"84f3eb01234g", NULL},
        {"84:f3:eb:01:23", NULL},
        {"deadbeef-cafe", NULL},
        {"84f3eb012345", "of a device"},
        {"84F3EB012345", "of a device"},
        {"84:f3:eb:01:23:45", "of a device"},
        {"84-F3-EB-01-23-45", "of a device"},
        {"esp-84f3eb012345", "of a device"},
        {"84:F3:EB:01:23:45.local", "of a device"},
        {"a84f3eb012345", "of a device"}, // 13 digits hold 12
        {"secureespd", "the daemon's"},
        {"SecureESPd", "the daemon's"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};
        int rc = client_name_check(rows[i].name, &err);

        if (rc != (rows[i].why != NULL ? ERR_INVALID : 0) ||
            (rc < 0 && strstr(err.message, rows[i].why) == NULL))
            fail_msg("\"%s\": %d, %s", rows[i].name, rc, err.message);
    }
}

static void test_roles(void **state)
{
    static const struct {
        const char *role;
        const char *why; // NULL: good
    } rows[] = {
        {"monitor", NULL},
        {"homeassistant", NULL},
        {"a", NULL},
        {"role_2-b", NULL},
        {"abcdefghijklmnopqrstuvwxyzabcdef", NULL},
        {"abcdefghijklmnopqrstuvwxyzabcdefg", "is not a role"},
        {"", "is not a role"},
        {"Monitor", "is not a role"},
        {"2nd", "is not a role"},
        {"-a", "is not a role"},
        {"a b", "is not a role"},
        {"a\n", "is not a role"},
        {"a#", "is not a role"},
        {"a/+", "is not a role"},
        {"\xc3\xa4", "is not a role"},
        {"device", "is a role that cannot be given"},
        {"daemon", "is a role that cannot be given"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};
        int rc = client_name_check_role(rows[i].role, &err);

        if (rc != (rows[i].why != NULL ? ERR_INVALID : 0) ||
            (rc < 0 && strstr(err.message, rows[i].why) == NULL))
            fail_msg("\"%s\": %d, %s", rows[i].role, rc, err.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_roles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
