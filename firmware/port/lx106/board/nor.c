// NOR flash by CFI commands.
#include "firmware/port/lx106/board/nor.h"

#include <string.h>

#define FLASH ((volatile uint32_t *)0x98000000u)
#define FLASH_CACHED ((const uint8_t *)0x78000000u)

#define COMMAND_ERASE 0x20u
#define COMMAND_CONFIRM 0xd0u
#define COMMAND_WRITE_BUFFER 0xe8u
#define COMMAND_CLEAR_STATUS 0x50u
#define COMMAND_READ 0xffu

#define STATUS_READY 0x80u
#define STATUS_FAILED 0x3au // erase, program, voltage, locked

#define BUFFER_WORDS 128u // of a write: an aligned block of 512 bytes
#define PAIR_SIZE 8u      // bytes of two words: since QEMU 9.0 the buffer refuses a single one

static volatile uint32_t *word_at(size_t offset)
{
    return FLASH + offset / 4;
}

void nor_read(size_t offset, uint8_t *p, size_t n)
{
    memcpy(p, FLASH_CACHED + offset, n);
}

static int finish(volatile uint32_t *at)
{
    uint32_t status;

    do
        status = *at;
    while ((status & STATUS_READY) == 0);
    *at = COMMAND_CLEAR_STATUS;
    *at = COMMAND_READ;
    return (status & STATUS_FAILED) == 0 ? 0 : -1;
}

int nor_erase(size_t sector_offset)
{
    volatile uint32_t *at = word_at(sector_offset);

    *at = COMMAND_ERASE;
    *at = COMMAND_CONFIRM;
    return finish(at);
}

// Writes pairs of words within one aligned block.
static int write_block(size_t offset, const uint32_t *words, size_t count)
{
    volatile uint32_t *at = word_at(offset);

    *at = COMMAND_WRITE_BUFFER;
    *at = (uint32_t)count - 1;
    for (size_t i = 0; i < count; i++)
        at[i] = words[i];
    *at = COMMAND_CONFIRM;
    return finish(at);
}

int nor_write(size_t offset, const uint8_t *p, size_t n)
{
    uint32_t words[BUFFER_WORDS];
    uint8_t *bytes = (uint8_t *)words;

    while (n > 0) {
        size_t block = offset & ~(size_t)(PAIR_SIZE - 1);
        size_t skip = offset - block;
        size_t room = sizeof words - block % sizeof words;
        size_t part = n < room - skip ? n : room - skip;
        size_t count = (skip + part + PAIR_SIZE - 1) / PAIR_SIZE * 2;

        // The emulated flash would set bits, too: what it holds decides what may be written.
        nor_read(block, bytes, count * 4);
        for (size_t i = 0; i < part; i++)
            bytes[skip + i] &= p[i];
        if (write_block(block, words, count) != 0)
            return -1;
        offset += part;
        p += part;
        n -= part;
    }
    return 0;
}
