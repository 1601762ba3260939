// Devices' certificates in files: those that a device would not take are found before one
// is given them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/daemon/device_files.h"
#include "server/pki/pki_folder.h"
#include "test/unit/server/base/scratch.h"

#define DAY_MS INT64_C(86400000)

struct world {
    char *folder;
    struct issuer *issuer;
    char ca[SCRATCH_PATH_SIZE];
    char devices[SCRATCH_PATH_SIZE];
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct pki_folder_order order = {.now_ms = clock_system_ms()};
    struct pki_folder_pair ca;

    if (w == NULL)
        return -1;
    *state = w;
    if (scratch_make((void **)&w->folder) < 0)
        return -1;
    order.folder = w->folder;
    scratch_path(w->folder, "ca.crt", w->ca);
    scratch_path(w->folder, "devices", w->devices);
    *state = w;
    return pki_folder_init(&order, "CA", &ca, NULL) | pki_folder_open(w->folder, &w->issuer, NULL);
}

static int tear_down(void **state)
{
    struct world *w = *state;
    int rc = scratch_remove((void **)&w->folder);

    issuer_free(w->issuer);
    free(w);
    return rc;
}

// Issues a certificate that ends so many days from now.
static struct pki_folder_pair issue(struct world *w, const char *mac, int days)
{
    struct pki_folder_order order = {
        .folder = w->folder, .now_ms = clock_system_ms(), .days = days > 0 ? days : 1};
    struct pki_folder_pair pair;

    if (days <= 0)
        order.now_ms -= (1 - days) * DAY_MS;
    assert_int_equal(pki_folder_add_device(w->issuer, &order, mac, &pair, NULL), 0);
    return pair;
}

struct told {
    int count;
    char serial[SERIAL_SIZE]; // the last
};

static void note(const struct certificate_facts *facts, void *ctx)
{
    struct told *told = ctx;

    told->count++;
    memcpy(told->serial, facts->serial, sizeof told->serial);
}

// Looks at all of them, so many at a time.
static struct device_files_counts look(struct world *w, int at_once, struct told *told)
{
    struct config config = {.ca = w->ca, .devices_dir = w->devices};
    struct device_files_counts counts = {.total = -1};
    struct device_files *files;
    struct err err = {0};

    if (device_files_open(&config, &files, &err) < 0)
        fail_msg("%s", err.message);
    device_files_on_good(files, note, told);
    while (device_files_look(files, at_once, &counts))
        assert_int_equal(counts.total, -1); // not before all were seen
    device_files_close(files);
    return counts;
}

static void test_counts(void **state)
{
    struct world *w = *state;
    struct told told = {0};
    struct device_files_counts counts = look(w, 1, &told); // no folder yet
    struct pki_folder_pair first;

    assert_int_equal(counts.total, 0);
    first = issue(w, "84f3eb000001", 20);
    issue(w, "84f3eb000002", 100);
    issue(w, "84f3eb000003", 200);
    for (int at_once = 1; at_once <= 5; at_once++) {
        memset(&told, 0, sizeof told);
        counts = look(w, at_once, &told);
        assert_int_equal(counts.total, 3);
        assert_int_equal(counts.bad, 0);
        assert_int_equal(counts.ending, 1);
        assert_string_equal(counts.first_mac, "84f3eb000001");
        assert_int_equal(counts.first_ms, first.not_after_ms);
        assert_string_equal(counts.first_reason, "");
        assert_int_equal(told.count, 3);
    }
}

// Each is counted, the first is explained, and none of them is told of.
static void test_bad_ones(void **state)
{
    struct world *w = *state;
    struct pki_folder_pair good = issue(w, "84f3eb000001", 100);
    struct pki_folder_pair pair = issue(w, "84f3eb000002", 100);
    struct told told = {0};
    struct device_files_counts counts;
    char path[SCRATCH_PATH_SIZE];

    assert_int_equal(look(w, 10, &told).bad, 0);
    assert_int_equal(told.count, 2);
    told.count = 0;
    assert_int_equal(unlink(pair.public_path), 0);
    assert_int_equal(link(good.public_path, pair.public_path), 0); // another's
    counts = look(w, 10, &told);
    assert_int_equal(counts.total, 2);
    assert_int_equal(counts.bad, 1);
    assert_non_null(strstr(counts.first_reason, "84f3eb000002"));
    assert_int_equal(told.count, 1);
    assert_string_equal(told.serial, good.serial);
    issue(w, "84f3eb000003", 0);                        // ended
    scratch_path(w->devices, "84f3eb000004.crt", path); // another's
    assert_int_equal(link(good.public_path, path), 0);
    scratch_path(w->devices, "84f3eb000005.crt", path);
    assert_int_equal(file_replace(path, (const uint8_t *)"x", 1, 0644, NULL), 0);
    counts = look(w, 10, &told);
    assert_int_equal(counts.total, 5);
    assert_int_equal(counts.bad, 4);
    assert_int_equal(counts.ending, 1);
    assert_string_equal(counts.first_mac, "84f3eb000003");
}

// What is no device's certificate by its name is passed over.
static void test_other_files(void **state)
{
    static const char *const names[] = {"84F3EB000002.crt", "84f3eb00000.crt", "84f3eb0000022.crt",
        "84f3eb000002.key", "84f3eb000002.crt.new", "84f3eb000002", "readme", "ca.crt"};
    struct world *w = *state;
    struct told told = {0};

    issue(w, "84f3eb000001", 100);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[SCRATCH_PATH_SIZE];

        scratch_path(w->devices, names[i], path);
        assert_int_equal(file_replace(path, (const uint8_t *)"x", 1, 0644, NULL), 0);
    }
    assert_int_equal(look(w, 3, &told).total, 1);
}

static void test_fails(void **state)
{
    struct world *w = *state;
    struct config config = {.ca = w->ca, .devices_dir = w->ca}; // a file
    struct device_files *files;
    struct err err = {0};

    assert_int_equal(device_files_open(&config, &files, &err), ERR_IO);
    assert_non_null(strstr(err.message, "devices_dir"));
    config.devices_dir = w->devices;
    assert_int_equal(unlink(w->ca), 0);
    assert_true(device_files_open(&config, &files, &err) < 0);
    assert_non_null(strstr(err.message, w->ca));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_counts),
        TEST(test_bad_ones),
        TEST(test_other_files),
        TEST(test_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
