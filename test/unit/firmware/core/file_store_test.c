// Tests of files on raw flash: the power is cut before, half-way through and after each operation.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/crc32.h"
#include "firmware/core/file_store.h"
#include "test/unit/firmware/nor_flash.h"

#define SECTOR 256
#define COPY (2 * SECTOR)
#define PLACES 3
#define FILE_MAX (COPY - FILE_STORE_HEADER_SIZE)
#define LONG_NAME "a-name-of-one-and-thirty-letter" // PORT_FILE_NAME_MAX

struct fixture {
    struct nor_power power;
    uint8_t bytes[PLACES * 2 * COPY];
    struct file_store_flash flash;
    bool fails_to_read;
    bool fails_to_sync;
    unsigned ops_synced;
};

static int read_flash(void *ctx, size_t offset, uint8_t *p, size_t n)
{
    struct fixture *f = ctx;

    assert_true(offset <= sizeof f->bytes && n <= sizeof f->bytes - offset);
    if (f->fails_to_read)
        return PORT_FAILED;
    memcpy(p, f->bytes + offset, n);
    return 0;
}

static int erase_flash(void *ctx, size_t sector_offset)
{
    struct fixture *f = ctx;

    assert_true(sector_offset % SECTOR == 0 && sector_offset < sizeof f->bytes);
    return nor_erase(&f->power, f->bytes + sector_offset, SECTOR);
}

static int write_flash(void *ctx, size_t offset, const uint8_t *p, size_t n)
{
    struct fixture *f = ctx;

    assert_true(offset <= sizeof f->bytes && n <= sizeof f->bytes - offset);
    return nor_write(&f->power, f->bytes + offset, p, n);
}

static int sync_flash(void *ctx)
{
    struct fixture *f = ctx;

    f->ops_synced = f->power.ops;
    return f->fails_to_sync ? PORT_FAILED : 0;
}

static void begin(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    memset(f->bytes, 0xff, sizeof f->bytes);
    nor_power_on(&f->power);
    f->flash = (struct file_store_flash){read_flash, erase_flash, write_flash, sync_flash, f,
        .size = sizeof f->bytes, .sector_size = SECTOR, .copy_size = COPY};
}

static int setup(void **state)
{
    struct fixture *f = malloc(sizeof *f);

    begin(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

static int put(struct fixture *f, const char *name, const char *text)
{
    return file_store_write(&f->flash, name, (const uint8_t *)text, strlen(text));
}

// text NULL: there is no such file.
static bool holds(struct fixture *f, const char *name, const char *text)
{
    uint8_t bytes[FILE_MAX];
    int n = file_store_read(&f->flash, name, bytes, sizeof bytes);

    if (text == NULL)
        return n == PORT_ABSENT;
    return n == (int)strlen(text) && memcmp(bytes, text, strlen(text)) == 0;
}

static void test_write_and_read(void **state)
{
    struct fixture *f = *state;

    assert_true(holds(f, "a", NULL));
    for (int i = 0; i < 7; i++) { // more often than there are copies
        char text[16];

        snprintf(text, sizeof text, "%d", i);
        assert_int_equal(put(f, "a", text), 0);
        assert_int_equal(put(f, LONG_NAME, "b"), 0);
        assert_true(holds(f, "a", text));
        assert_true(holds(f, LONG_NAME, "b"));
    }
    assert_int_equal(put(f, "a", ""), 0);
    assert_true(holds(f, "a", ""));
    assert_true(holds(f, "", NULL));
}

static void test_limits(void **state)
{
    struct fixture *f = *state;
    uint8_t large[FILE_MAX + 1];
    uint8_t back[FILE_MAX];

    memset(large, 'x', sizeof large);
    assert_int_equal(file_store_write(&f->flash, "a", large, FILE_MAX + 1), PORT_FAILED);
    assert_int_equal(put(f, LONG_NAME "s", "b"), PORT_FAILED);
    assert_int_equal(f->power.ops, 0);
    assert_int_equal(file_store_write(&f->flash, "a", large, FILE_MAX), 0);
    assert_int_equal(file_store_read(&f->flash, "a", back, sizeof back), FILE_MAX);
    assert_memory_equal(back, large, FILE_MAX);
    assert_int_equal(file_store_read(&f->flash, "a", back, 1), FILE_MAX); // too large for that
    assert_int_equal(
        file_store_read(&f->flash, "a", back, 0), FILE_MAX); // only whether it is there
}

static void test_places_run_out_and_come_back(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(put(f, "a", "1"), 0);
    assert_int_equal(put(f, "b", "2"), 0);
    assert_int_equal(put(f, "c", "3"), 0);
    assert_int_equal(put(f, "d", "4"), PORT_FAILED);
    assert_int_equal(put(f, "b", "5"), 0); // one that is there already needs none
    assert_int_equal(file_store_remove(&f->flash, "d"), 0);
    assert_int_equal(file_store_remove(&f->flash, "b"), 0);
    assert_true(holds(f, "b", NULL));
    assert_int_equal(put(f, "d", "4"), 0);
    assert_true(holds(f, "a", "1") && holds(f, "b", NULL) && holds(f, "c", "3"));
    assert_true(holds(f, "d", "4"));
    assert_int_equal(file_store_remove(&f->flash, "d"), 0);
    assert_int_equal(file_store_remove(&f->flash, "d"), 0);
    assert_int_equal(put(f, "b", "6"), 0);
    assert_true(holds(f, "b", "6") && holds(f, "d", NULL));
}

// A bit that changes is found, and the other copy counts.
static void test_each_bit(void **state)
{
    struct fixture *f = *state;
    const uint8_t *newest = f->bytes; // the first write took the second copy

    assert_int_equal(put(f, "a", "older"), 0);
    assert_int_equal(put(f, "a", "newer"), 0);
    for (size_t bit = 0; bit < 2 * COPY * 8; bit++) {
        uint8_t *byte = f->bytes + bit / 8;

        if ((bit / 8) % COPY >= FILE_STORE_HEADER_SIZE + strlen("newer"))
            continue; // behind the contents
        *byte ^= (uint8_t)(1u << bit % 8);
        assert_true(holds(f, "a", byte < newest + COPY ? "older" : "newer"));
        *byte ^= (uint8_t)(1u << bit % 8);
    }
}

// Gives the copy at p another sequence number.
static void renumber(uint8_t *p, uint32_t sequence, size_t size)
{
    uint32_t crc;

    for (int i = 0; i < 4; i++)
        p[4 + i] = (uint8_t)(sequence >> (8 * i));
    crc = crc32_update(0, p, FILE_STORE_HEADER_SIZE - 4);
    crc = crc32_update(crc, p + FILE_STORE_HEADER_SIZE, size);
    for (int i = 0; i < 4; i++)
        p[FILE_STORE_HEADER_SIZE - 4 + i] = (uint8_t)(crc >> (8 * i));
}

static void test_sequence_wraps(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(put(f, "a", "0"), 0);
    renumber(f->bytes + COPY, UINT32_MAX - 1, 1);
    for (int i = 1; i < 5; i++) {
        char text[2] = {(char)('0' + i), '\0'};

        assert_true(holds(f, "a", (char[]){(char)(text[0] - 1), '\0'}));
        assert_int_equal(put(f, "a", text), 0);
    }
    assert_true(holds(f, "a", "4"));
}

static void test_flash_fails(void **state)
{
    struct fixture *f = *state;
    uint8_t byte;

    assert_int_equal(put(f, "a", "1"), 0);
    f->fails_to_read = true;
    assert_int_equal(file_store_read(&f->flash, "a", &byte, 1), PORT_FAILED);
    assert_int_equal(put(f, "a", "2"), PORT_FAILED);
    assert_int_equal(file_store_remove(&f->flash, "a"), PORT_FAILED);
    f->fails_to_read = false;
    assert_true(holds(f, "a", "1"));
}

// What write and remove have done is durable when they return.
static void test_sync(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(put(f, "a", "1"), 0);
    assert_true(f->power.ops > 0);
    assert_int_equal(f->ops_synced, f->power.ops);
    assert_int_equal(file_store_remove(&f->flash, "a"), 0);
    assert_int_equal(f->ops_synced, f->power.ops);
    f->fails_to_sync = true;
    assert_int_equal(put(f, "a", "2"), PORT_FAILED);
    assert_int_equal(file_store_remove(&f->flash, "a"), PORT_FAILED);
}

static void test_entries(void **state)
{
    struct fixture *f = *state;
    char name[PORT_FILE_NAME_MAX + 1] = "";

    assert_int_equal(file_store_places(&f->flash), PLACES);
    assert_int_equal(put(f, "a", "1"), 0);
    assert_int_equal(put(f, LONG_NAME, "23"), 0);
    assert_int_equal(file_store_remove(&f->flash, "a"), 0);
    assert_int_equal(file_store_entry(&f->flash, 0, name), PORT_ABSENT);
    assert_int_equal(file_store_entry(&f->flash, 1, name), 2);
    assert_string_equal(name, LONG_NAME);
    assert_int_equal(file_store_entry(&f->flash, 2, name), PORT_ABSENT);
    f->fails_to_read = true;
    assert_int_equal(file_store_entry(&f->flash, 1, name), PORT_FAILED);
}

// --- power cuts

struct change {
    const char *name;
    const char *old; // NULL: no such file
    const char *new;
};

static const struct change changes[] = {
    {"fresh", NULL, "new"},
    {"replaced", "old", "new and longer"},
    {"emptied", "old", ""},
    {"removed", "old", NULL},
};
#define CHANGES (sizeof changes / sizeof changes[0])

static int apply(struct fixture *f, const struct change *change)
{
    return change->new == NULL ? file_store_remove(&f->flash, change->name)
                               : put(f, change->name, change->new);
}

static void prepare(struct fixture *f, const struct change *change)
{
    begin(f);
    assert_int_equal(put(f, "other", "stays"), 0);
    assert_int_equal(put(f, change->name, "earlier"), 0);
    assert_int_equal(change->old == NULL ? file_store_remove(&f->flash, change->name)
                                         : put(f, change->name, change->old),
        0);
}

static bool is_sound(struct fixture *f, const struct change *change)
{
    return holds(f, "other", "stays") &&
           (holds(f, change->name, change->old) || holds(f, change->name, change->new));
}

#define WAYS (NOR_CUTS + 16) // the last ones half-way through, each with other bits

// Cuts the power at operation first, and when it has come back and the change is tried again at
// operation second (NOR_NO_CUT: not again). False if that came too late to cut anything.
static bool cut_twice(struct fixture *f, const struct change *change, int way, int first,
    int second, bool *ended_well)
{
    prepare(f, change);
    f->power.random += (uint32_t)first * 7919 + (uint32_t)second * 31 + (uint32_t)way * 104729;
    f->power.cut = way < NOR_CUTS ? (enum nor_cut)way : NOR_CUT_HALFWAY;
    f->power.ops_left = first;
    (void)!apply(f, change);

    bool was_cut = f->power.is_off;

    nor_power_on(&f->power);
    *ended_well = is_sound(f, change);
    f->power.ops_left = second;
    (void)!apply(f, change);
    was_cut = was_cut && (second == NOR_NO_CUT || f->power.is_off);
    nor_power_on(&f->power);
    *ended_well = *ended_well && is_sound(f, change) && apply(f, change) == 0 &&
                  holds(f, change->name, change->new) && holds(f, "other", "stays");
    return was_cut;
}

static void test_power_cuts(void **state)
{
    struct fixture *f = *state;
    unsigned tried = 0;
    unsigned ended_well = 0;

    for (int i = 0; i < (int)CHANGES * WAYS; i++) {
        const struct change *change = &changes[i / WAYS];
        int way = i % WAYS;
        bool well;

        for (int n = 0; cut_twice(f, change, way, n, NOR_NO_CUT, &well); n++) {
            tried++;
            ended_well += well;
            for (int m = 0; cut_twice(f, change, way, n, m, &well); m++) {
                tried++;
                ended_well += well;
            }
        }
        assert_true(well); // not cut at all
    }
    printf("file store: %u power cuts tried, %u ended well\n", tried, ended_well);
    assert_true(tried > CHANGES * WAYS * 3);
    assert_int_equal(ended_well, tried);
}

// One operation fails, with the power on: that is said, nothing is lost, and the next try succeeds.
static void test_operations_that_fail(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < 2 * CHANGES; i++) {
        const struct change *change = &changes[i / 2];
        int n = 0;

        for (;; n++) {
            prepare(f, change);
            f->power.fault = i % 2 == 0 ? NOR_NOTHING : NOR_HALF;
            f->power.fails_in = n;
            int rc = apply(f, change);

            if (f->power.fails_in != NOR_NO_CUT) {
                assert_int_equal(rc, 0); // there are no more operations
                break;
            }
            assert_int_equal(rc, PORT_FAILED);
            assert_true(is_sound(f, change));
            assert_true(f->power.fault == NOR_HALF || holds(f, change->name, change->old));
            assert_int_equal(apply(f, change), 0);
            assert_true(holds(f, change->name, change->new) && holds(f, "other", "stays"));
        }
        assert_true(n >= 3); // two sectors are erased, and the header is written
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_write_and_read),
        TEST(test_limits),
        TEST(test_places_run_out_and_come_back),
        TEST(test_each_bit),
        TEST(test_sequence_wraps),
        TEST(test_flash_fails),
        TEST(test_sync),
        TEST(test_entries),
        TEST(test_power_cuts),
        TEST(test_operations_that_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
