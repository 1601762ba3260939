// Headers of a tar archive.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/archive/tar_header.h"

static void write_one(uint64_t size, uint8_t block[TAR_HEADER_SIZE])
{
    struct tar_header header = {.name = "state/secureesp.db",
        .size_bytes = size,
        .mode = 0640,
        .changed_at_s = 1700000000,
        .owner = "secureesp",
        .group = "adm"};

    tar_header_write(&header, block);
}

// Makes the sum good again.
static void mend(uint8_t block[TAR_HEADER_SIZE])
{
    unsigned sum = 0;
    char text[8];

    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < TAR_HEADER_SIZE; i++)
        sum += block[i];
    snprintf(text, sizeof text, "%06o", sum);
    memcpy(block + 148, text, 7);
}

static void it_is_read_as_it_was_written(void **state)
{
    static const uint64_t sizes[] = {
        0, 1, 511, 512, 077777777777, 077777777777 + (uint64_t)1, TAR_HEADER_BYTES_MAX};
    uint8_t block[TAR_HEADER_SIZE];
    struct tar_header header;

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        write_one(sizes[i], block);
        assert_int_equal(tar_header_read(block, &header, NULL), 1);
        assert_string_equal(header.name, "state/secureesp.db");
        assert_true(header.size_bytes == sizes[i]);
        assert_int_equal(header.mode, 0640);
        assert_int_equal(header.changed_at_s, 1700000000);
        assert_string_equal(header.owner, "secureesp");
        assert_string_equal(header.group, "adm");
    }
    memset(block, 0, sizeof block);
    assert_int_equal(tar_header_read(block, &header, NULL), 0);
}

static void a_bit_anywhere_is_found(void **state)
{
    uint8_t block[TAR_HEADER_SIZE];
    struct tar_header header;

    (void)state;
    write_one(1000, block);
    for (size_t i = 0; i < sizeof block; i++) {
        block[i] ^= 1;
        if (tar_header_read(block, &header, NULL) >= 0)
            fail_msg("byte %zu", i);
        block[i] ^= 1;
    }
}

static void other_kinds_are_refused(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
    } rows[] = {{156, '1'}, {156, '2'}, {156, '5'}, {156, 'x'}, {156, 'L'}, {345, 'p'}, {124, 'z'},
        {124, 0xff}, {100, '9'}, {136, 'z'}};
    uint8_t block[TAR_HEADER_SIZE];
    struct tar_header header;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_one(1000, block);
        block[rows[i].at] = rows[i].value;
        mend(block);
        assert_int_equal(tar_header_read(block, &header, NULL), ERR_INVALID);
    }
    // Larger than any file.
    write_one(UINT64_MAX, block);
    assert_int_equal(tar_header_read(block, &header, NULL), ERR_INVALID);
    write_one(UINT64_MAX, block);
    block[125] = 1; // and than a number here
    mend(block);
    assert_int_equal(tar_header_read(block, &header, NULL), ERR_INVALID);
    // A time beyond all.
    write_one(5, block);
    memset(block + 136, 0xff, 12);
    block[136] = 0x80;
    mend(block);
    assert_int_equal(tar_header_read(block, &header, NULL), ERR_INVALID);
    memset(block + 137, 0, 3);
    mend(block);
    assert_int_equal(tar_header_read(block, &header, NULL), ERR_INVALID);
    // As older programs write them: a size without an end, a kind that is no digit.
    write_one(5, block);
    memcpy(block + 124, "000000000005", 12);
    block[156] = '\0';
    mend(block);
    assert_int_equal(tar_header_read(block, &header, NULL), 1);
    assert_int_equal(header.size_bytes, 5);
    // More than a member may have: only what it needs comes out.
    write_one(5, block);
    memcpy(block + 100, "0006755", 7);
    mend(block);
    assert_int_equal(tar_header_read(block, &header, NULL), 1);
    assert_int_equal(header.mode, 0755);
}

static void it_is_filled_up(void **state)
{
    (void)state;
    assert_int_equal(tar_header_padding(0), 0);
    assert_int_equal(tar_header_padding(1), 511);
    assert_int_equal(tar_header_padding(512), 0);
    assert_int_equal(tar_header_padding(513), 511);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_read_as_it_was_written),
        cmocka_unit_test(a_bit_anywhere_is_found),
        cmocka_unit_test(other_kinds_are_refused),
        cmocka_unit_test(it_is_filled_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
