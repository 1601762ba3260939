#ifndef FIRMWARE_CORE_STAGING_H
#define FIRMWARE_CORE_STAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/contract.h"
#include "firmware/port/port.h"

#define STAGING_FILE_MAX CONTRACT_FILE_MAX
#define STAGING_NAME_SIZE (PORT_FILE_NAME_MAX + 1)

// The files that commands replace. What they bring is staged under its name with ".new" appended;
// the next start puts it in use on trial, and only success makes it take the place of the old one.
enum staging_file {
    STAGING_CONFIG,
    STAGING_CA,
    STAGING_CERT,
    STAGING_KEY,
    STAGING_WIFI,
    STAGING_FILES
};

#define STAGING_BIT(file) (1u << (file))
#define STAGING_IDENTITY                                                                           \
    (STAGING_BIT(STAGING_CA) | STAGING_BIT(STAGING_CERT) | STAGING_BIT(STAGING_KEY))

// Writes the file's name: on the download server too, unless staged.
void staging_name(
    enum staging_file file, const char *mac, bool staged, char out[STAGING_NAME_SIZE]);

// Reads the staged file if mask has its bit, else the one in use, and terminates it with NUL: p
// takes STAGING_FILE_MAX + 1 bytes. Returns its length, PORT_ABSENT or PORT_FAILED (also: too
// long).
int staging_read(
    struct port *port, const char *mac, enum staging_file file, unsigned mask, uint8_t *p);

// The mask of all files that are staged; p is scratch of STAGING_FILE_MAX + 1 bytes.
unsigned staging_find(struct port *port, const char *mac, uint8_t *p);

// Lets the staged files of mask take the place of those in use, or removes them. May be repeated
// after a power cut. 0 or PORT_FAILED.
int staging_commit(struct port *port, const char *mac, unsigned mask, uint8_t *p);
int staging_discard(struct port *port, const char *mac, unsigned mask);

#endif
