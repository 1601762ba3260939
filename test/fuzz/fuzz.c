// What the fuzz targets share.
#include "test/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/crc32.h"
#include "common/image_descriptor.h"

#define REGIONS 16
#define REGION_SIZE (2 * FUZZ_INPUT_MAX)
#define FILLING 0xa5

void fuzz_fail(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

// The end of the next region; behind it lies a page that cannot be read.
static uint8_t *region_end(void)
{
    static uint8_t *ends[REGIONS];
    static unsigned calls;
    uint8_t **end = &ends[calls++ % REGIONS];

    if (*end == NULL) {
        size_t page = (size_t)sysconf(_SC_PAGESIZE);
        uint8_t *p = mmap(
            NULL, REGION_SIZE + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (p == MAP_FAILED || mprotect(p + REGION_SIZE, page, PROT_NONE) != 0)
            abort();
        *end = p + REGION_SIZE;
    }
    return *end;
}

uint8_t *fuzz_bytes(const uint8_t *p, size_t n)
{
    uint8_t *copy;

    FUZZ_CHECK(n < REGION_SIZE);
    copy = region_end() - n;
    if (n > 0)
        memcpy(copy, p, n);
    return copy;
}

char *fuzz_text(const uint8_t *p, size_t n)
{
    char *copy;

    FUZZ_CHECK(n < REGION_SIZE);
    copy = (char *)region_end() - n - 1;
    if (n > 0)
        memcpy(copy, p, n);
    copy[n] = '\0';
    return copy;
}

static uint32_t take(struct fuzz_input *input, size_t bytes)
{
    uint32_t value = 0;

    for (size_t i = 0; i < bytes && input->n > 0; i++) {
        value |= (uint32_t)*input->p++ << (8 * i);
        input->n--;
    }
    return value;
}

uint32_t fuzz_take_u16(struct fuzz_input *input)
{
    return take(input, 2);
}

uint32_t fuzz_take_u32(struct fuzz_input *input)
{
    return take(input, 4);
}

char *fuzz_take_line(struct fuzz_input *input)
{
    const uint8_t *start = input->p;
    const uint8_t *end = input->n > 0 ? memchr(start, '\n', input->n) : NULL;
    size_t n = end != NULL ? (size_t)(end - start) : input->n;
    size_t taken = end != NULL ? n + 1 : n;

    input->p += taken;
    input->n -= taken;
    return fuzz_text(start, n);
}

void fuzz_fill(void *p, size_t n)
{
    memset(p, FILLING, n);
}

bool fuzz_is_untouched(const void *p, size_t n)
{
    const uint8_t *bytes = p;

    for (size_t i = 0; i < n; i++) {
        if (bytes[i] != FILLING)
            return false;
    }
    return true;
}

uint32_t fuzz_random(uint32_t *state) // xorshift
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

void fuzz_reveal_keys(uint8_t *p, size_t n)
{
    uint8_t *end = p + n;

    while ((p = memmem(p, (size_t)(end - p), "GUARDED KEY", 11)) != NULL)
        memcpy(p, "PRIVATE", 7);
}

void fuzz_mend_descriptor(uint8_t *p, size_t n)
{
    const size_t size_at = IMAGE_DESCRIPTOR_MAGIC_SIZE + 2;

    if (n < size_at + 2)
        return;

    size_t size = (size_t)p[size_at] | (size_t)p[size_at + 1] << 8;

    if (size < IMAGE_DESCRIPTOR_HEADER_SIZE || size > n)
        return;

    uint32_t crc = crc32_update(0, p, size - 4);

    for (size_t i = 0; i < 4; i++)
        p[size - 4 + i] = (uint8_t)(crc >> (8 * i));
}
