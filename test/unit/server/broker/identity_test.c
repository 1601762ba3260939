// Tests of who a certificate stands for.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "server/broker/identity.h"

#define MAC "84f3eb00000a"

static struct access_table *table;

static int set_up(void **state)
{
    (void)state;
    return access_table_new(&table);
}

static int tear_down(void **state)
{
    (void)state;
    access_table_free(table);
    return 0;
}

static void test_certificate(void **state)
{
    static const struct {
        const char *common_name;
        const char *unit;
        bool is_server;
        int role; // or ACCESS_TABLE_NONE: refused
        const char *name;
    } rows[] = {
        {MAC, "", false, ACCESS_TABLE_DEVICE, MAC},
        {"84:F3:EB:00:00:0A", "", false, ACCESS_TABLE_DEVICE, MAC},
        {MAC, "daemon", true, ACCESS_TABLE_DEVICE, MAC},
        {"secureespd", "", true, ACCESS_TABLE_DAEMON, "secureespd"},
        {"secureespd", "monitor", true, ACCESS_TABLE_DAEMON, "secureespd"},
        {"secureespd", "", false, ACCESS_TABLE_NONE, ""},
        {"secureespd", "monitor", false, ACCESS_TABLE_NONE, ""},
        {"Secureespd", "", true, ACCESS_TABLE_NONE, ""},
        {"mosquitto", "", true, ACCESS_TABLE_NONE, ""},
        {"desk", "monitor", false, ACCESS_TABLE_MONITOR, "desk"},
        {"ha", "homeassistant", false, ACCESS_TABLE_HOMEASSISTANT, "ha"},
        {"desk", "Monitor", false, ACCESS_TABLE_NONE, ""},
        {"desk", "device", false, ACCESS_TABLE_NONE, ""},
        {"desk", "daemon", true, ACCESS_TABLE_NONE, ""},
        {"desk", "nobody", false, ACCESS_TABLE_NONE, ""},
        {"desk", "", false, ACCESS_TABLE_NONE, ""},
        {"", "monitor", false, ACCESS_TABLE_NONE, ""},
        {"a/b", "monitor", false, ACCESS_TABLE_NONE, ""},
        {"a+", "monitor", false, ACCESS_TABLE_NONE, ""},
        {"a b", "monitor", false, ACCESS_TABLE_NONE, ""},
        {"a\"b", "monitor", false, ACCESS_TABLE_NONE, ""},
        {"a\\b", "monitor", false, ACCESS_TABLE_NONE, ""},
        {"$a", "monitor", false, ACCESS_TABLE_NONE, ""},
        {"a\nb", "monitor", false, ACCESS_TABLE_NONE, ""},
        {"a\x7f", "monitor", false, ACCESS_TABLE_NONE, ""},
        {"\xc3\xa4", "monitor", false, ACCESS_TABLE_NONE, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct certificate_facts facts = {.is_server = rows[i].is_server};
        struct identity identity;
        struct err err = {0};

        snprintf(facts.common_name, sizeof facts.common_name, "%s", rows[i].common_name);
        snprintf(facts.unit, sizeof facts.unit, "%s", rows[i].unit);

        int rc = identity_from_certificate(&facts, table, "secureespd", &identity, &err);

        if ((rc < 0) != (rows[i].role == ACCESS_TABLE_NONE))
            fail_msg("row %zu: %s", i, err.message);
        if (rc < 0) {
            assert_int_equal(rc, ERR_DENIED);
            continue;
        }
        assert_int_equal(identity.role, rows[i].role);
        assert_string_equal(identity.name, rows[i].name);
        assert_string_equal(identity.mac, rows[i].role == ACCESS_TABLE_DEVICE ? MAC : "");
    }
}

static void test_name(void **state)
{
    struct identity identity;

    (void)state;
    assert_true(identity_from_name("84-f3-eb-00-00-0a", "secureespd", &identity));
    assert_string_equal(identity.mac, MAC);
    assert_int_equal(identity.role, ACCESS_TABLE_DEVICE);
    assert_true(identity_from_name("secureespd", "secureespd", &identity));
    assert_int_equal(identity.role, ACCESS_TABLE_DAEMON);
    assert_string_equal(identity.mac, "");
    assert_false(identity_from_name("desk", "secureespd", &identity));
    assert_false(identity_from_name("", "secureespd", &identity));
}

static void test_client_id(void **state)
{
    static const struct {
        const char *client_id;
        bool device;
        bool monitor;
    } rows[] = {
        {MAC, true, false},
        {"desk", true, true}, // unless somebody of that name uses it: that is the gate's matter
        {"ESP8266Client", true, false},
        {"measure-" MAC, true, false},
        {"device" MAC, true, false}, // 'e' before it is a digit, too
        {MAC "cafe", true, false},
        // its soft access point's MAC
        {"86f3eb00000a", true, false},
        {"ESP_86:F3:EB:00:00:0A", true, false},
        {"esp-86-f3-eb-00-00-0a-" MAC, true, false},
        {"86f3eb00000b", false, false}, // another's
        {"82f3eb00000a", false, false},
        {"85f3eb00000a", false, false},
        {"96f3eb00000a", false, false},
        {"86f3eb00000a84f3eb00000b", false, false},
        {"84:F3:EB:00:00:0A", true, false},
        {"esp-84-f3-eb-00-00-0a", true, false},
        {"auto-C9BF0C5F-31F4-8D1C-0CB6-84F3EB00000B", true, false}, // made by the broker
        {"84f3eb00000b", false, false},
        {"measure-84f3eb00000b", false, false},
        {"x84F3EB00000B", false, false},
        {"84:f3:eb:00:00:0b", false, false},
        {"esp84-f3-eb-00-00-0b-", false, false},
        {MAC "84f3eb00000b", false, false},
        {"84f3eb00000b" MAC, false, false},
        {"cafe84f3eb00000b", false, false},
        {"C9BF0C5F-31F4-8D1C-0CB6x84F3EB00000B", false, false},
        {"9BF0C5F-31F4-8D1C-0CB6-84F3EB00000B", false, false},
        {"secureespd", false, false},
        {"monitor", false, false},
        {"daemon", false, false},
        {"homeassistant", false, false},
        {"a\tb", false, false},
        {"\xc3\xa4", false, false},
    };
    static const struct identity device = {MAC, MAC, ACCESS_TABLE_DEVICE};
    static const struct identity monitor = {"desk", "", ACCESS_TABLE_MONITOR};
    static const struct identity role_name = {"monitor", "", ACCESS_TABLE_MONITOR};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *client_id = rows[i].client_id;

        if ((identity_check_client_id(&device, client_id, table, "secureespd", NULL) == 0) !=
            rows[i].device)
            fail_msg("device %s", client_id);
        if ((identity_check_client_id(&monitor, client_id, table, "secureespd", NULL) == 0) !=
            rows[i].monitor)
            fail_msg("monitor %s", client_id);
    }
    assert_int_equal(identity_check_client_id(&role_name, "monitor", table, "secureespd", NULL), 0);
}

// The soft access point is told from the station by one bit of the first octet, in that direction
// alone.
static void test_soft_access_point(void **state)
{
    static const struct {
        const char *mac;
        const char *client_id;
        bool is_own;
    } rows[] = {
        {"5ccf7f000001", "5ecf7f000001", true},
        {"18fe34000001", "1afe34000001", true},
        {"a8fe34000001", "aafe34000001", true},
        {"acfe34000001", "aefe34000001", true},
        {"5ecf7f000001", "5ecf7f000001", true},
        {"5ecf7f000001", "x5ccf7f000001", false},
        {"5ecf7f000001", "x5ecf7f000001", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct identity device = {.role = ACCESS_TABLE_DEVICE};

        memcpy(device.name, rows[i].mac, MAC_SIZE);
        memcpy(device.mac, rows[i].mac, MAC_SIZE);
        if ((identity_check_client_id(&device, rows[i].client_id, table, "secureespd", NULL) ==
                0) != rows[i].is_own)
            fail_msg("%s as %s", rows[i].mac, rows[i].client_id);
    }
}

// What nobody else could bring. Each that is told: others are refused with it.
static void test_told(void **state)
{
    static const struct {
        const char *client_id;
        bool is_told;
    } rows[] = {
        {MAC, true},
        {"measure-" MAC, true},
        {"84:F3:EB:00:00:0A", true},
        {MAC " " MAC, true},
        {"desk", false},
        {"86f3eb00000a", false}, // a device of that name could, too
        {MAC "-86f3eb00000a", false},
        {MAC "2", false},                        // as 4f3eb00000a2
        {"device" MAC, false},                   // as ce84f3eb0000
        {"C9BF0C5F-31F4-8D1C-0CB6-" MAC, false}, // as the broker made it for somebody
        {MAC "-C9BF0C5F-31F4-8D1C-0CB6-" MAC, true},
    };
    static const struct identity device = {MAC, MAC, ACCESS_TABLE_DEVICE};
    static const struct identity soft = {"86f3eb00000a", "86f3eb00000a", ACCESS_TABLE_DEVICE};
    static const struct identity monitor = {"desk", "", ACCESS_TABLE_MONITOR};
    static const struct identity daemon = {"secureespd", "", ACCESS_TABLE_DAEMON};
    static const char *const others[] = {"4f3eb00000a2", "ce84f3eb0000", "84f3eb00000b",
        "86f3eb00000a", "c84f3eb00000", "4f3eb00000ac"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *client_id = rows[i].client_id;

        if (identity_is_told_by(&device, client_id) != rows[i].is_told)
            fail_msg("%s", client_id);
        for (size_t k = 0; k < sizeof others / sizeof others[0] && rows[i].is_told; k++) {
            struct identity other = {.role = ACCESS_TABLE_DEVICE};

            memcpy(other.name, others[k], MAC_SIZE);
            memcpy(other.mac, others[k], MAC_SIZE);
            if (identity_check_client_id(&other, client_id, table, "secureespd", NULL) == 0)
                fail_msg("%s as %s", others[k], client_id);
        }
    }
    assert_false(identity_is_told_by(&soft, "86f3eb00000a")); // a station of 84f3eb00000a could
    assert_false(identity_is_told_by(&monitor, "desk"));
    assert_true(identity_is_told_by(&daemon, "secureespd"));
}

static void test_note(void **state)
{
    static const struct {
        const char *name;
        const char *role;
        int number; // or ACCESS_TABLE_NONE: nobody
    } rows[] = {
        {MAC, "device", ACCESS_TABLE_DEVICE},
        {"desk", "monitor", ACCESS_TABLE_MONITOR},
        {MAC, "monitor", ACCESS_TABLE_NONE},
        {"84:f3:eb:00:00:0a", "device", ACCESS_TABLE_NONE},
        {"84F3EB00000A", "device", ACCESS_TABLE_NONE},
        {"desk", "device", ACCESS_TABLE_NONE},
        {"desk", "daemon", ACCESS_TABLE_NONE},
        {"desk", "nobody", ACCESS_TABLE_NONE},
        {"desk", "", ACCESS_TABLE_NONE},
        {"secureespd", "daemon", ACCESS_TABLE_NONE},
        {"secureespd", "monitor", ACCESS_TABLE_NONE},
        {"a+", "monitor", ACCESS_TABLE_NONE},
        {"", "monitor", ACCESS_TABLE_NONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct identity identity = {.role = ACCESS_TABLE_NONE};
        bool is_known =
            identity_from_note(rows[i].name, rows[i].role, table, "secureespd", &identity);

        if (is_known != (rows[i].number != ACCESS_TABLE_NONE) || identity.role != rows[i].number)
            fail_msg("%s %s: %d", rows[i].role, rows[i].name, identity.role);
        if (is_known)
            assert_string_equal(identity.name, rows[i].name);
        assert_string_equal(identity.mac, is_known && i == 0 ? MAC : "");
    }
}

static void test_is_name(void **state)
{
    char name[IDENTITY_NAME_SIZE + 1] = {0};

    (void)state;
    memset(name, 'n', IDENTITY_NAME_SIZE - 1);
    assert_true(identity_is_name(name));
    name[IDENTITY_NAME_SIZE - 1] = 'n';
    assert_false(identity_is_name(name));
    assert_false(identity_is_name(""));
    assert_false(identity_is_name("a b"));
    assert_false(identity_is_name("a%m"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_certificate, set_up, tear_down),
        cmocka_unit_test(test_name),
        cmocka_unit_test_setup_teardown(test_client_id, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_soft_access_point, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_note, set_up, tear_down),
        cmocka_unit_test(test_is_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
