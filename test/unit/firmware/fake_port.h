#ifndef TEST_UNIT_FIRMWARE_FAKE_PORT_H
#define TEST_UNIT_FIRMWARE_FAKE_PORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "firmware/core/files.h"
#include "firmware/core/staging.h"
#include "firmware/port/port.h"
#include "test/unit/firmware/nor_flash.h"

// A device's flash in memory, of which the power can be cut.

#define FAKE_SLOT_SIZE 16384
#define FAKE_SECTOR_SIZE 4096
#define FAKE_FILES_SIZE ((size_t)12 * 2 * 8192) // twelve files

struct fake_port {
    struct port port;
    uint8_t slots[PORT_SLOTS][FAKE_SLOT_SIZE];
    uint8_t files[FAKE_FILES_SIZE];
    struct nor_power power;
    int sync_fails_in; // flash_sync() of slots until one that fails, or NOR_NO_CUT
    size_t factory_size;
    uint32_t now_ms;
    const char *last_reset; // NULL: by power-on
};

static inline struct fake_port *fake(struct port *port)
{
    return (struct fake_port *)port;
}

// NULL if the n bytes at that offset are not within the region.
static inline uint8_t *fake_flash(
    struct port *port, enum port_region region, size_t offset, size_t n)
{
    size_t size = region == PORT_FILES ? FAKE_FILES_SIZE : FAKE_SLOT_SIZE;

    if (offset > size || n > size - offset)
        return NULL;
    return (region == PORT_FILES ? fake(port)->files : fake(port)->slots[region]) + offset;
}

static inline int fake_flash_read(
    struct port *port, enum port_region region, size_t offset, uint8_t *p, size_t n)
{
    const uint8_t *from = fake_flash(port, region, offset, n);

    if (from == NULL)
        return PORT_FAILED;
    memcpy(p, from, n);
    return 0;
}

static inline int fake_flash_erase(struct port *port, enum port_region region, size_t offset)
{
    uint8_t *sector = fake_flash(port, region, offset, FAKE_SECTOR_SIZE);

    if (sector == NULL || offset % FAKE_SECTOR_SIZE != 0)
        return PORT_FAILED;
    return nor_erase(&fake(port)->power, sector, FAKE_SECTOR_SIZE);
}

static inline int fake_flash_write(
    struct port *port, enum port_region region, size_t offset, const uint8_t *p, size_t n)
{
    uint8_t *to = fake_flash(port, region, offset, n);

    return to == NULL ? PORT_FAILED : nor_write(&fake(port)->power, to, p, n);
}

static inline int fake_flash_sync(struct port *port, enum port_region region)
{
    struct fake_port *self = fake(port);

    if (region != PORT_FILES && self->sync_fails_in != NOR_NO_CUT && self->sync_fails_in-- == 0)
        return PORT_FAILED;
    return self->power.is_off ? PORT_FAILED : 0;
}

static inline size_t fake_factory_size(struct port *port)
{
    return fake(port)->factory_size;
}

static inline void fake_last_reset(struct port *port, char *out, size_t size)
{
    snprintf(out, size, "%s", fake(port)->last_reset == NULL ? "" : fake(port)->last_reset);
}

static inline bool fake_has_file(struct port *port, const char *name)
{
    uint8_t byte;

    return files_read(port, name, &byte, sizeof byte) >= 0;
}

static inline bool fake_file_is(struct port *port, const char *name, const char *text)
{
    uint8_t bytes[STAGING_FILE_MAX];
    int n = files_read(port, name, bytes, sizeof bytes);

    return n == (int)strlen(text) && memcmp(bytes, text, (size_t)n) == 0;
}

static inline uint32_t fake_now_ms(struct port *port)
{
    return fake(port)->now_ms;
}

static inline void fake_log(struct port *port, enum port_log level, const char *line)
{
    (void)port;
    (void)level;
    (void)line;
}

static const struct port_ops fake_ops = {
    .flash_read = fake_flash_read,
    .flash_erase = fake_flash_erase,
    .flash_write = fake_flash_write,
    .flash_sync = fake_flash_sync,
    .factory_size = fake_factory_size,
    .last_reset = fake_last_reset,
    .now_ms = fake_now_ms,
    .log = fake_log,
};

static inline void fake_init(struct fake_port *self)
{
    memset(self, 0, sizeof *self);
    memset(self->slots, 0xff, sizeof self->slots);
    memset(self->files, 0xff, sizeof self->files);
    self->port.ops = &fake_ops;
    self->port.slot_size = FAKE_SLOT_SIZE;
    self->port.files_size = FAKE_FILES_SIZE;
    self->port.sector_size = FAKE_SECTOR_SIZE;
    self->sync_fails_in = NOR_NO_CUT;
    nor_power_on(&self->power);
}

// The power comes back.
static inline void fake_power_on(struct fake_port *self)
{
    nor_power_on(&self->power);
}

#endif
