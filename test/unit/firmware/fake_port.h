#ifndef TEST_UNIT_FIRMWARE_FAKE_PORT_H
#define TEST_UNIT_FIRMWARE_FAKE_PORT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "firmware/core/file_store.h"
#include "firmware/port/port.h"
#include "test/unit/firmware/nor_flash.h"

// A device's flash in memory, of which the power can be cut. The files are in a store on it.

#define FAKE_SLOT_SIZE 16384
#define FAKE_SECTOR_SIZE 1024
#define FAKE_RECORD_SIZE 512
#define FAKE_FILES 12
#define FAKE_COPY_SIZE ((size_t)5120)                            // of a file: a sector
#define FAKE_FILE_SIZE (FAKE_COPY_SIZE - FILE_STORE_HEADER_SIZE) // its contents at most

struct fake_port {
    struct port port;
    uint8_t slots[PORT_SLOTS][FAKE_SLOT_SIZE];
    uint8_t records[PORT_RECORDS][FAKE_RECORD_SIZE];
    uint8_t files[FAKE_FILES * 2 * FAKE_COPY_SIZE];
    struct file_store_flash file_flash;
    struct nor_power power;
    size_t factory_size;
    uint32_t now_ms;
};

static inline struct fake_port *fake(struct port *port)
{
    return (struct fake_port *)port;
}

static inline int fake_slot_read(
    struct port *port, unsigned slot, size_t offset, uint8_t *p, size_t n)
{
    if (slot >= PORT_SLOTS || offset > FAKE_SLOT_SIZE || n > FAKE_SLOT_SIZE - offset)
        return PORT_FAILED;
    memcpy(p, fake(port)->slots[slot] + offset, n);
    return 0;
}

static inline int fake_slot_erase(struct port *port, unsigned slot, size_t offset)
{
    return nor_erase(&fake(port)->power, fake(port)->slots[slot] + offset, FAKE_SECTOR_SIZE);
}

static inline int fake_slot_write(
    struct port *port, unsigned slot, size_t offset, const uint8_t *p, size_t n)
{
    if (slot >= PORT_SLOTS || offset > FAKE_SLOT_SIZE || n > FAKE_SLOT_SIZE - offset)
        return PORT_FAILED;
    return nor_write(&fake(port)->power, fake(port)->slots[slot] + offset, p, n);
}

static inline int fake_slot_sync(struct port *port, unsigned slot)
{
    (void)slot;
    return fake(port)->power.is_off ? PORT_FAILED : 0;
}

static inline size_t fake_factory_size(struct port *port)
{
    return fake(port)->factory_size;
}

static inline int fake_record_read(struct port *port, unsigned copy, uint8_t *p, size_t n)
{
    memcpy(p, fake(port)->records[copy], n);
    return 0;
}

static inline int fake_record_write(struct port *port, unsigned copy, const uint8_t *p, size_t n)
{
    uint8_t *record = fake(port)->records[copy];

    if (nor_erase(&fake(port)->power, record, FAKE_RECORD_SIZE) != 0)
        return PORT_FAILED;
    return nor_write(&fake(port)->power, record, p, n);
}

static inline int fake_files_read(void *ctx, size_t offset, uint8_t *p, size_t n)
{
    memcpy(p, ((struct fake_port *)ctx)->files + offset, n);
    return 0;
}

static inline int fake_files_erase(void *ctx, size_t offset)
{
    struct fake_port *self = ctx;

    return nor_erase(&self->power, self->files + offset, FAKE_COPY_SIZE);
}

static inline int fake_files_write(void *ctx, size_t offset, const uint8_t *p, size_t n)
{
    struct fake_port *self = ctx;

    return nor_write(&self->power, self->files + offset, p, n);
}

static inline int fake_files_sync(void *ctx)
{
    return ((struct fake_port *)ctx)->power.is_off ? PORT_FAILED : 0;
}

static inline int fake_file_read(struct port *port, const char *name, uint8_t *p, size_t n)
{
    return file_store_read(&fake(port)->file_flash, name, p, n);
}

static inline int fake_file_write(struct port *port, const char *name, const uint8_t *p, size_t n)
{
    return file_store_write(&fake(port)->file_flash, name, p, n);
}

static inline int fake_file_remove(struct port *port, const char *name)
{
    return file_store_remove(&fake(port)->file_flash, name);
}

static inline bool fake_has_file(struct port *port, const char *name)
{
    uint8_t byte;

    return fake_file_read(port, name, &byte, sizeof byte) >= 0;
}

static inline bool fake_file_is(struct port *port, const char *name, const char *text)
{
    uint8_t bytes[FAKE_FILE_SIZE];
    int n = fake_file_read(port, name, bytes, sizeof bytes);

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
    .slot_read = fake_slot_read,
    .slot_erase = fake_slot_erase,
    .slot_write = fake_slot_write,
    .slot_sync = fake_slot_sync,
    .factory_size = fake_factory_size,
    .record_read = fake_record_read,
    .record_write = fake_record_write,
    .file_read = fake_file_read,
    .file_write = fake_file_write,
    .file_remove = fake_file_remove,
    .now_ms = fake_now_ms,
    .log = fake_log,
};

static inline void fake_init(struct fake_port *self)
{
    memset(self, 0, sizeof *self);
    memset(self->slots, 0xff, sizeof self->slots);
    memset(self->records, 0xff, sizeof self->records);
    memset(self->files, 0xff, sizeof self->files);
    self->file_flash =
        (struct file_store_flash){fake_files_read, fake_files_erase, fake_files_write,
            fake_files_sync, self, sizeof self->files, FAKE_COPY_SIZE, FAKE_COPY_SIZE};
    self->port.ops = &fake_ops;
    self->port.slot_size = FAKE_SLOT_SIZE;
    self->port.sector_size = FAKE_SECTOR_SIZE;
    nor_power_on(&self->power);
}

// The power comes back.
static inline void fake_power_on(struct fake_port *self)
{
    nor_power_on(&self->power);
}

#endif
