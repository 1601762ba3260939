#ifndef FIRMWARE_CORE_FILES_H
#define FIRMWARE_CORE_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "firmware/port/port.h"

// The device's small files, in the store (file_store.h) on the port's PORT_FILES. read reads at
// most n bytes and returns the file's size, PORT_ABSENT or PORT_FAILED. write replaces all of it:
// after a power cut the file holds the old or the new contents, nothing else. remove of an absent
// file is 0. Both are durable on return.
int files_read(struct port *port, const char *name, uint8_t *p, size_t n);
int files_write(struct port *port, const char *name, const uint8_t *p, size_t n);
int files_remove(struct port *port, const char *name);

// How many files there may be; and the name of the one in a place and its size, PORT_ABSENT if the
// place is free, or PORT_FAILED.
size_t files_places(struct port *port);
int files_entry(struct port *port, size_t place, char name[PORT_FILE_NAME_MAX + 1]);

// Bytes of each of the two copies of a file on flash with such sectors.
size_t files_copy_size(size_t sector_size);

#endif
