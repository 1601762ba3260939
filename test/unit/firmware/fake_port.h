#ifndef TEST_UNIT_FIRMWARE_FAKE_PORT_H
#define TEST_UNIT_FIRMWARE_FAKE_PORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "firmware/port/port.h"

// A device's flash in memory, of which the power can be cut: before the n-th write or erasure from
// now half of that one is done, and nothing after it.

#define FAKE_SLOT_SIZE 16384
#define FAKE_SECTOR_SIZE 1024
#define FAKE_RECORD_SIZE 512
#define FAKE_FILES 12
#define FAKE_FILE_SIZE 4200
#define FAKE_NO_CUT (-1)

struct fake_file {
    char name[PORT_FILE_NAME_MAX + 1];
    size_t size;
    uint8_t bytes[FAKE_FILE_SIZE];
};

struct fake_port {
    struct port port;
    uint8_t slots[PORT_SLOTS][FAKE_SLOT_SIZE];
    uint8_t records[PORT_RECORDS][FAKE_RECORD_SIZE];
    bool has_record[PORT_RECORDS];
    size_t factory_size;
    struct fake_file files[FAKE_FILES];
    int writes_left; // until the power is cut
    bool is_off;
    unsigned writes;
    uint32_t now_ms;
};

static inline struct fake_port *fake(struct port *port)
{
    return (struct fake_port *)port;
}

// How many of n bytes are still written.
static inline size_t fake_power(struct fake_port *self, size_t n)
{
    self->writes++;
    if (self->is_off)
        return 0;
    if (self->writes_left == FAKE_NO_CUT || self->writes_left-- > 0)
        return n;
    self->is_off = true;
    return n / 2;
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
    memset(fake(port)->slots[slot] + offset, 0xff, fake_power(fake(port), FAKE_SECTOR_SIZE));
    return fake(port)->is_off ? PORT_FAILED : 0;
}

static inline int fake_slot_write(
    struct port *port, unsigned slot, size_t offset, const uint8_t *p, size_t n)
{
    if (slot >= PORT_SLOTS || offset > FAKE_SLOT_SIZE || n > FAKE_SLOT_SIZE - offset)
        return PORT_FAILED;
    memcpy(fake(port)->slots[slot] + offset, p, fake_power(fake(port), n));
    return fake(port)->is_off ? PORT_FAILED : 0;
}

static inline int fake_slot_sync(struct port *port, unsigned slot)
{
    (void)slot;
    return fake(port)->is_off ? PORT_FAILED : 0;
}

static inline size_t fake_factory_size(struct port *port)
{
    return fake(port)->factory_size;
}

static inline int fake_record_read(struct port *port, unsigned copy, uint8_t *p, size_t n)
{
    if (!fake(port)->has_record[copy])
        return PORT_ABSENT;
    memcpy(p, fake(port)->records[copy], n);
    return 0;
}

static inline int fake_record_write(struct port *port, unsigned copy, const uint8_t *p, size_t n)
{
    size_t done = fake_power(fake(port), n);

    if (done > 0)
        fake(port)->has_record[copy] = true;
    memcpy(fake(port)->records[copy], p, done);
    return fake(port)->is_off ? PORT_FAILED : 0;
}

static inline struct fake_file *fake_find(struct port *port, const char *name)
{
    for (size_t i = 0; i < FAKE_FILES; i++) {
        if (strcmp(fake(port)->files[i].name, name) == 0)
            return &fake(port)->files[i];
    }
    return NULL;
}

static inline int fake_file_read(struct port *port, const char *name, uint8_t *p, size_t n)
{
    const struct fake_file *file = fake_find(port, name);

    if (file == NULL)
        return PORT_ABSENT;
    memcpy(p, file->bytes, file->size < n ? file->size : n);
    return (int)file->size;
}

// All or nothing, as the seam promises.
static inline int fake_file_write(struct port *port, const char *name, const uint8_t *p, size_t n)
{
    struct fake_file *file = fake_find(port, name);

    if (file == NULL)
        file = fake_find(port, "");
    if (file == NULL || n > FAKE_FILE_SIZE || fake_power(fake(port), 2) < 2)
        return PORT_FAILED;
    snprintf(file->name, sizeof file->name, "%s", name);
    memcpy(file->bytes, p, n);
    file->size = n;
    return 0;
}

static inline int fake_file_remove(struct port *port, const char *name)
{
    struct fake_file *file = fake_find(port, name);

    if (file == NULL)
        return 0;
    if (fake_power(fake(port), 2) < 2)
        return PORT_FAILED;
    memset(file, 0, sizeof *file);
    return 0;
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
    self->port.ops = &fake_ops;
    self->port.slot_size = FAKE_SLOT_SIZE;
    self->port.sector_size = FAKE_SECTOR_SIZE;
    self->writes_left = FAKE_NO_CUT;
}

// The power comes back.
static inline void fake_power_on(struct fake_port *self)
{
    self->is_off = false;
    self->writes_left = FAKE_NO_CUT;
}

#endif
