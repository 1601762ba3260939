// Tests of how virtual devices fail.
#include "firmware/port/host/fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#define HEAP 40960
#define HOUR_MS 3600000u
#define MINUTE_MS 60000u

// Reads that text as a file.
static int read_text(const char *text, struct fault_list *list)
{
    char path[] = "/tmp/faults-XXXXXX";
    int fd = mkstemp(path);
    int rc;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    rc = fault_list_read(list, path);
    unlink(path);
    return rc;
}

static void test_file(void **state)
{
    struct fault_list list;

    (void)state;
    assert_int_equal(read_text("84f3eb000001 crash-loop BOARD-1\n"
                               "84:F3:EB:00:00:02 asleep BOARD-1 1800\n",
                         &list),
        0);
    assert_int_equal(list.count, 2);
    assert_null(fault_list_find(&list, "84f3eb000001", "BOARD-2"));
    assert_null(fault_list_find(&list, "84f3eb000003", "BOARD-1"));
    assert_string_equal(
        fault_list_find(&list, "84f3eb000001", "BOARD-1")->kind->name, "crash-loop");
    assert_int_equal(fault_list_find(&list, "84f3eb000002", "BOARD-1")->after_ms, 1800000);
    fault_list_clear(&list);
}

static void test_bad_files(void **state)
{
    static const char *const texts[] = {"84f3eb000001 crash-loop\n", "84f3eb00000 asleep B-1\n",
        "84f3eb000001 tired B-1\n", "84f3eb000001 asleep B-1 x\n", "84f3eb000001 asleep B-1 1x\n",
        "84f3eb000001 asleep B-1 4000001\n", "84f3eb000001 asleep B-1 1 2\n", "\n"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct fault_list list;

        assert_int_equal(read_text(texts[i], &list), -1);
        fault_list_clear(&list);
    }
    struct fault_list none;

    assert_int_equal(fault_list_read(&none, "/nowhere/faults"), -1);
}

static const struct row {
    const char *kind;
    const char *after;
    uint32_t since_ms;
    struct fault_state expected;
} rows[] = {
    {"never-return", "", 0, {.sleeps = true, .wait_ms = FAULT_NEVER}},
    {"asleep", " 60", MINUTE_MS - 1, {.wait_ms = 1}},
    {"asleep", " 60", MINUTE_MS, {.sleeps = true, .wait_ms = FAULT_DAY_MS}},
    {"crash-loop", "", 10 * MINUTE_MS - 1, {.wait_ms = 1}},
    {"crash-loop", "", 10 * MINUTE_MS, {.crashes = true}},
    {"heap-leak", "", 2 * HOUR_MS, {.lost_heap_bytes = 8192, .wait_ms = MINUTE_MS}},
    {"heap-leak", "", 10 * HOUR_MS,
        {.crashes = true, .lost_heap_bytes = HEAP, .wait_ms = MINUTE_MS}},
    {"wrong-report", "", HOUR_MS, {.wait_ms = FAULT_NEVER}},
    {"flapping-wifi", "", 1170000 - 1, {.wait_ms = 1}},
    {"flapping-wifi", "", 1170000, {.is_link_lost = true, .losses = 1, .wait_ms = 30000}},
    {"flapping-wifi", "", 1200000, {.losses = 1, .wait_ms = 1170000}},
    {"flapping-wifi", "", 3570000, {.is_link_lost = true, .losses = 3, .wait_ms = 30000}},
};

static void test_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct fault_list list;
        struct fault_state told;
        char line[128];

        snprintf(line, sizeof line, "84f3eb000001 %s BOARD-1%s\n", row->kind, row->after);
        assert_int_equal(read_text(line, &list), 0);
        fault_tell(&list.items[0], row->since_ms, HEAP, &told);
        assert_int_equal(
            list.items[0].kind->reports_other_image, strcmp(row->kind, "wrong-report") == 0);
        assert_int_equal(told.crashes, row->expected.crashes);
        assert_int_equal(told.sleeps, row->expected.sleeps);
        assert_int_equal(told.is_link_lost, row->expected.is_link_lost);
        assert_int_equal(told.losses, row->expected.losses);
        assert_int_equal(told.lost_heap_bytes, row->expected.lost_heap_bytes);
        assert_int_equal(told.wait_ms, row->expected.wait_ms);
        fault_list_clear(&list);
    }
}

static void test_without(void **state)
{
    struct fault_state told;

    (void)state;
    fault_tell(NULL, HOUR_MS, HEAP, &told);
    assert_false(told.crashes || told.sleeps || told.is_link_lost);
    assert_int_equal(told.wait_ms, FAULT_NEVER);
}

// By a clock that leaps from one whole link to the next.
static void test_leaps(void **state)
{
    static const struct {
        uint32_t losses;
        bool was_lost, is_online;
        bool is_lost;
        uint32_t wait_ms;
    } steps[] = {
        {0, false, true, false, 9},
        {1, false, true, true, 1}, // leapt over
        {1, false, true, false, 9},
        {2, true, true, true, 9}, // seen as it is
        {2, false, true, false, 9},
        {3, false, false, false, 9}, // there is no link to lose
        {3, false, true, false, 9},
        {5, false, true, true, 1},
    };
    uint32_t seen = 0;

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct fault_state told = {
            .losses = steps[i].losses, .is_link_lost = steps[i].was_lost, .wait_ms = 9};

        fault_make_up(&told, steps[i].is_online, &seen);
        assert_int_equal(told.is_link_lost, steps[i].is_lost);
        assert_int_equal(told.wait_ms, steps[i].wait_ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_without),
        cmocka_unit_test(test_leaps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
