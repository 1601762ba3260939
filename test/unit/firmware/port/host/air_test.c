// Tests of the access points in reach, and of the link of a virtual device among them.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "common/wifi_networks.h"
#include "firmware/core/files.h"
#include "firmware/port/air_text.h"
#include "firmware/port/host/air.h"
#include "firmware/port/host/host_port.h"

#define MAC "84f3eb000001"

struct fixture {
    char folder[32];
    char path[48];
    struct air air;
    struct host_gate gate;
    struct host_port host;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    snprintf(f->folder, sizeof f->folder, "/tmp/air-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/air", f->folder);
    assert_int_equal(air_init(&f->air, f->path), 0);
    f->gate.free = 1;
    host_port_init(&f->host, &f->gate, f->folder, MAC, PORT_LOG_ERROR);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    char command[64];

    host_port_clear(&f->host);
    air_clear(&f->air);
    snprintf(command, sizeof command, "rm -r %s", f->folder);
    assert_int_equal(system(command), 0); // NOLINT(concurrency-mt-unsafe): no other thread
    free(f);
    return 0;
}

static void write_air(struct fixture *f, const char *text)
{
    FILE *file = fopen(f->path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

// It is looked at now and then, and told apart by what is in it.
static void test_changes(void **state)
{
    struct fixture *f = *state;
    uint32_t now_ms = UINT32_MAX - 50; // it wraps on the way

    assert_int_equal(air_look(&f->air, now_ms), 1); // no file
    assert_false(air_text_has(f->air.text, "home", "12345678"));
    write_air(f, "home\t12345678\n");
    assert_int_equal(air_look(&f->air, now_ms + AIR_LOOK_MS - 1), 1);
    assert_int_equal(air_look(&f->air, now_ms + AIR_LOOK_MS), 2);
    assert_true(air_text_has(f->air.text, "home", "12345678"));
    write_air(f, "home\t12345678\n");
    assert_int_equal(air_look(&f->air, now_ms + 2 * AIR_LOOK_MS), 2);
    assert_int_equal(unlink(f->path), 0);
    assert_int_equal(air_look(&f->air, now_ms + 3 * AIR_LOOK_MS), 3);
    assert_false(air_text_has(f->air.text, "home", "12345678"));
}

static void put_networks(struct fixture *f, const char *name, const char *first, const char *second)
{
    struct wifi_network networks[2] = {{.password = "12345678"}, {.password = "12345678"}};
    uint8_t bytes[WIFI_NETWORKS_SIZE];

    snprintf(networks[0].ssid, sizeof networks[0].ssid, "%s", first);
    snprintf(networks[1].ssid, sizeof networks[1].ssid, "%s", second);
    assert_int_equal(
        files_write(&f->host.port, name, bytes, wifi_networks_write(networks, 2, 7, bytes)), 0);
}

static enum port_link link_of(struct fixture *f)
{
    struct port_link_info info;

    f->air.looked_at_ms -= AIR_LOOK_MS;
    return f->host.port.ops->link_state(&f->host.port, &info);
}

static void test_link(void **state)
{
    struct fixture *f = *state;
    const struct port_ops *ops = f->host.port.ops;

    assert_int_equal(link_of(f), PORT_LINK_UP); // without an air
    f->host.air = &f->air;
    put_networks(f, "wifi", "one", "two");
    put_networks(f, "wifi.new", "three", "four");
    write_air(f, "two\t12345678\nfour\tanother one\n");
    assert_int_equal(link_of(f), PORT_LINK_DOWN); // not started
    ops->link_start(&f->host.port, "wifi");
    assert_int_equal(link_of(f), PORT_LINK_UP);
    ops->link_start(&f->host.port, "wifi.new");
    assert_int_equal(link_of(f), PORT_LINK_DOWN);
    assert_int_equal(ops->stream_open(&f->host.port, "127.0.0.1", 1), PORT_FAILED);
    write_air(f, "two\t12345678\nfour\t12345678\n");
    assert_int_equal(link_of(f), PORT_LINK_UP);
    write_air(f, "");
    assert_int_equal(link_of(f), PORT_LINK_DOWN);
    ops->link_start(&f->host.port, "no such file");
    write_air(f, "two\t12345678\n");
    assert_int_equal(link_of(f), PORT_LINK_DOWN);
    ops->link_start(&f->host.port, "wifi");
    assert_int_equal(link_of(f), PORT_LINK_UP);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_changes),
        TEST(test_link),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
