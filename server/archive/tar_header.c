// Headers of a tar archive.
#include "server/archive/tar_header.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

// Where the fields are, and how long.
#define NAME_AT 0
#define NAME_N 100
#define MODE_AT 100
#define UID_AT 108
#define GID_AT 116
#define NUMBER_N 8
#define SIZE_AT 124
#define TIME_AT 136
#define LONG_N 12
#define SUM_AT 148
#define TYPE_AT 156
#define MAGIC_AT 257
#define OWNER_AT 265
#define GROUP_AT 297
#define OWNER_N 32
#define PREFIX_AT 345
#define MAGIC "ustar\00000" // with its version
#define MAGIC_N 8
#define OCTAL_MAX 077777777777u // of eleven digits
#define BINARY 0x80u            // in the first byte: the rest is a number of base 256

static unsigned sum_of(const uint8_t block[TAR_HEADER_SIZE])
{
    unsigned sum = 0;

    for (size_t i = 0; i < TAR_HEADER_SIZE; i++)
        sum += i >= SUM_AT && i < SUM_AT + NUMBER_N ? ' ' : block[i];
    return sum;
}

// n digits and a NUL.
static void put_octal(uint8_t *field, size_t n, uint64_t value)
{
    for (size_t i = n - 1; i-- > 0; value >>= 3)
        field[i] = (uint8_t)('0' + (value & 7));
}

static void put_long(uint8_t *field, uint64_t value)
{
    if (value <= OCTAL_MAX) {
        put_octal(field, LONG_N, value);
        return;
    }
    for (size_t i = LONG_N; i-- > LONG_N - sizeof value; value >>= 8)
        field[i] = (uint8_t)value;
    field[0] = BINARY;
}

void tar_header_write(const struct tar_header *header, uint8_t out[TAR_HEADER_SIZE])
{
    memset(out, 0, TAR_HEADER_SIZE);
    memcpy(out + NAME_AT, header->name, strnlen(header->name, NAME_N));
    put_octal(out + MODE_AT, NUMBER_N, header->mode & 07777u);
    put_octal(out + UID_AT, NUMBER_N, 0);
    put_octal(out + GID_AT, NUMBER_N, 0);
    put_long(out + SIZE_AT, header->size_bytes);
    put_long(out + TIME_AT, header->changed_at_s > 0 ? (uint64_t)header->changed_at_s : 0);
    out[TYPE_AT] = '0';
    memcpy(out + MAGIC_AT, MAGIC, MAGIC_N);
    memcpy(out + OWNER_AT, header->owner, strnlen(header->owner, OWNER_N - 1));
    memcpy(out + GROUP_AT, header->group, strnlen(header->group, OWNER_N - 1));
    put_octal(out + SUM_AT, NUMBER_N - 1, sum_of(out));
    out[SUM_AT + NUMBER_N - 1] = ' ';
}

// Digits, then spaces or NULs alone.
static bool get_octal(const uint8_t *field, size_t n, uint64_t *out)
{
    size_t i = 0;

    *out = 0;
    for (; i < n && field[i] >= '0' && field[i] <= '7'; i++)
        *out = *out << 3 | (uint64_t)(field[i] - '0');
    if (i == 0)
        return false;
    for (; i < n; i++) {
        if (field[i] != ' ' && field[i] != '\0')
            return false;
    }
    return true;
}

static bool get_long(const uint8_t *field, uint64_t *out)
{
    if (field[0] != BINARY)
        return get_octal(field, LONG_N, out);
    *out = 0;
    for (size_t i = 1; i < LONG_N; i++) {
        if (i < LONG_N - sizeof *out && field[i] != 0)
            return false;
        *out = *out << 8 | field[i];
    }
    return true;
}

static bool is_empty(const uint8_t block[TAR_HEADER_SIZE])
{
    for (size_t i = 0; i < TAR_HEADER_SIZE; i++) {
        if (block[i] != 0)
            return false;
    }
    return true;
}

int tar_header_read(const uint8_t block[TAR_HEADER_SIZE], struct tar_header *out, struct err *err)
{
    uint64_t sum, mode, time;

    if (is_empty(block))
        return 0;
    if (memcmp(block + MAGIC_AT, MAGIC, MAGIC_N) != 0 ||
        !get_octal(block + SUM_AT, NUMBER_N, &sum) || sum != sum_of(block))
        return err_set(err, ERR_INVALID, "it is no tar archive, or is damaged");
    memset(out, 0, sizeof *out);
    memcpy(out->name, block + NAME_AT, NAME_N);
    if ((block[TYPE_AT] != '0' && block[TYPE_AT] != '\0') || block[PREFIX_AT] != '\0')
        return err_set(err, ERR_INVALID, "\"%s\" is no plain file", out->name);
    if (!get_octal(block + MODE_AT, NUMBER_N, &mode) ||
        !get_long(block + SIZE_AT, &out->size_bytes) || !get_long(block + TIME_AT, &time) ||
        out->size_bytes > TAR_HEADER_BYTES_MAX || time > INT64_MAX)
        return err_set(err, ERR_INVALID, "the header of \"%s\" is damaged", out->name);
    out->mode = (mode_t)mode & 0777u;
    out->changed_at_s = (int64_t)time;
    memcpy(out->owner, block + OWNER_AT, OWNER_N - 1);
    memcpy(out->group, block + GROUP_AT, OWNER_N - 1);
    return 1;
}

size_t tar_header_padding(uint64_t size_bytes)
{
    return (size_t)((TAR_HEADER_SIZE - size_bytes % TAR_HEADER_SIZE) % TAR_HEADER_SIZE);
}
