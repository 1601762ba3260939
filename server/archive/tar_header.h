#ifndef ARCHIVE_TAR_HEADER_H
#define ARCHIVE_TAR_HEADER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "server/base/err.h"

// The header of a member of a tar archive (POSIX.1-2017, pax, "ustar Interchange Format"), of which
// regular files alone are known here. Not by libarchive: with it there was as much code and a
// thread more, since it pulls what is pushed here, and 36 MB of libraries on each machine.

#define TAR_HEADER_SIZE 512 // of a header, and what a member's bytes are filled up to
#define TAR_HEADER_NAME_SIZE 101
#define TAR_HEADER_OWNER_SIZE 32
#define TAR_HEADER_BYTES_MAX ((uint64_t)1 << 62)

struct tar_header {
    char name[TAR_HEADER_NAME_SIZE];
    uint64_t size_bytes; // up to TAR_HEADER_BYTES_MAX; beyond 8 GiB as GNU tar writes it
    mode_t mode;         // 07777 at most; of what is read, 0777
    int64_t changed_at_s;
    char owner[TAR_HEADER_OWNER_SIZE]; // the names of user and group, or ""
    char group[TAR_HEADER_OWNER_SIZE];
};

void tar_header_write(const struct tar_header *header, uint8_t out[TAR_HEADER_SIZE]);

// Reads one: 1, or 0 if it is empty, as at the archive's end. ERR_INVALID says what it is instead.
ERR_CHECKED int tar_header_read(
    const uint8_t block[TAR_HEADER_SIZE], struct tar_header *out, struct err *err);

// How many zeros follow that many bytes.
size_t tar_header_padding(uint64_t size_bytes);

#endif
