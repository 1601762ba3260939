#ifndef FIRMWARE_PORT_HOST_HOST_FILE_H
#define FIRMWARE_PORT_HOST_HOST_FILE_H

#include <stddef.h>
#include <stdint.h>

// Files in a folder. Return bytes or 0, else PORT_ABSENT or PORT_FAILED of port.h.

// Reads at most n bytes and returns the file's size.
int host_file_read(const char *folder, const char *name, uint8_t *p, size_t n);

// Replaces the file as a whole and durably: written aside, synchronised, renamed.
int host_file_write(const char *folder, const char *name, const uint8_t *p, size_t n);

int host_file_remove(const char *folder, const char *name);

// Opens a file of the folder; -1 on failure, with errno. Created files are for the owner alone.
int host_file_open(const char *folder, const char *name, int flags);

#endif
