// The columns of lists of devices, and what they are sorted by.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/ctl/device_columns.h"
#include "server/ctl/subcommand.h"

static const char devices[] =
    "[{\"mac\": \"1\", \"online\": true, \"rssi\": -70, \"last_seen_ms\": 50, \"name\": \"b\",\n"
    "  \"tags\": [\"n\", \"a\"], \"channel\": \"stable\", \"hold\": {\"reason\": \"roof\"}},"
    " {\"mac\": \"2\", \"online\": false, \"rssi\": null, \"last_seen_ms\": 10, \"error\": \"a\",\n"
    "  \"tags\": [\"b\"], \"channel\": \"hm\", \"canary\": true},"
    " {\"mac\": \"3\", \"online\": false, \"rssi\": -90, \"last_seen_ms\": null, \"name\": \"c\","
    "  \"revoked_at_ms\": 5, \"pin\": \"A-1\", \"channel\": \"beta\"}]";

static void test_reads(void **state)
{
    static const struct {
        const char *text;
        const char *titles; // NULL: refused
    } rows[] = {
        {"mac", "MAC "},
        {"rssi,mac,rssi", "RSSI MAC RSSI "},
        {"mac,state,image,rssi,heap,uptime,seen,note",
            "MAC STATE IMAGE RSSI HEAP UPTIME SEEN NAME/ERROR "},
        {"name,error,build,ip,reboots,loop,mqtt,firstseen",
            "NAME ERROR BUILD IP REBOOTS LOOP MS MQTT FIRST SEEN "},
        {"tags,group,channel,hold,pin,canary", "TAGS GROUP CHANNEL HOLD PIN CANARY "},
        {"", NULL},
        {"mac,", NULL},
        {"MAC", NULL},
        {"ma", NULL},
        {"mac,mac,mac,mac,mac,mac,mac,mac,mac,mac,mac,mac,mac,mac,mac,mac,mac,mac,mac,mac,mac,mac,"
         "mac,mac,mac",
            NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct device_columns columns = {.count = 77};
        struct err err = {0};
        char titles[256] = "";
        int rc = device_columns_read(rows[i].text, &columns, &err);

        if (rows[i].titles == NULL) {
            assert_int_equal(rc, SUBCOMMAND_USAGE);
            assert_int_equal(columns.count, 77);
            continue;
        }
        assert_int_equal(rc, SUBCOMMAND_OK);
        for (size_t c = 0; c < columns.count; c++)
            snprintf(titles + strlen(titles), sizeof titles - strlen(titles), "%s ",
                columns.shown[c].title);
        assert_string_equal(titles, rows[i].titles);
    }
}

static void test_orders(void **state)
{
    static const struct {
        const char *by;
        const char *order; // NULL: refused
    } rows[] = {
        {"mac", "mac"},
        {"-mac", "-mac"},
        {"state", "state"},
        {"note", "note"},
        {"-heap", "-free_heap_bytes"},
        {"seen", "-last_seen_ms"}, // the youngest first
        {"-seen", "last_seen_ms"},
        {"firstseen", "-first_seen_ms"},
        {"group", "groups"},
        {"nothing", NULL},
        {"", NULL},
        {"-", NULL},
        {"--mac", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char order[DEVICE_COLUMNS_ORDER_SIZE] = "";
        struct err err = {0};

        assert_int_equal(device_columns_order(rows[i].by, order, &err),
            rows[i].order != NULL ? SUBCOMMAND_OK : SUBCOMMAND_USAGE);
        assert_string_equal(order, rows[i].order != NULL ? rows[i].order : "");
    }
}

static void test_shows(void **state)
{
    json_t *list = json_loads(devices, 0, NULL);
    struct terminal terminal = {.is_terminal = false};
    struct device_columns columns;
    struct table *table;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_int_equal(device_columns_read("mac,state,rssi,seen,note", &columns, NULL), 0);
    table = device_columns_table(&columns, list, 50);
    assert_int_equal(table_print(table, &terminal, out, NULL), 0);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "MAC  STATE    RSSI  SEEN  NAME/ERROR\n"
                              "1    online    -70    0s  b\n"
                              "2    offline     -    0s  a\n"
                              "3    revoked   -90     -  c\n");
    free(text);
    table_free(table);
    json_decref(list);
}

// An error first, then what an operator calls it, then its own name.
static void test_labels(void **state)
{
    static const char labelled[] =
        "[{\"mac\": \"1\", \"name\": \"own\", \"error\": \"e\", \"label\": {\"name\": \"barn\"}},"
        " {\"mac\": \"2\", \"name\": \"own\", \"label\": {\"name\": \"barn\", \"place\": \"p\"}},"
        " {\"mac\": \"3\", \"label\": {\"name\": \"barn\"}, \"last_seen_ms\": null},"
        " {\"mac\": \"4\", \"name\": \"own\", \"label\": {\"name\": null, \"place\": \"p\"}},"
        " {\"mac\": \"5\", \"label\": null, \"last_seen_ms\": null}]";
    json_t *list = json_loads(labelled, 0, NULL);
    struct terminal terminal = {.is_terminal = false};
    struct device_columns columns;
    struct table *table;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_int_equal(device_columns_read("mac,note", &columns, NULL), 0);
    table = device_columns_table(&columns, list, 50);
    assert_int_equal(table_print(table, &terminal, out, NULL), 0);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "MAC  NAME/ERROR\n"
                              "1    e\n"
                              "2    barn\n"
                              "3    barn\n"
                              "4    own\n"
                              "5    has never reported\n");
    free(text);
    table_free(table);
    json_decref(list);
}

static void test_names(void **state)
{
    (void)state;
    assert_true(device_columns_name("mac,pin", "pin"));
    assert_true(device_columns_name("pin,mac", "pin"));
    assert_false(device_columns_name("mac,pins", "pin"));
    assert_false(device_columns_name("mac,pi", "pin"));
    assert_false(device_columns_name(NULL, "pin"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_shows),
        cmocka_unit_test(test_labels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
