#ifndef ARCHIVE_LIST_H
#define ARCHIVE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/archive/tar_header.h"
#include "server/base/err.h"
#include "server/pki/digest.h"

// What a backup says of itself: in its first member, when and of what it was made; in its last,
// every member before that, with its SHA-256. Without the last it is no whole backup.

#define ARCHIVE_LIST_ABOUT "backup.json"
#define ARCHIVE_LIST_MANIFEST "manifest.json"
#define ARCHIVE_LIST_FORMAT 1
#define ARCHIVE_LIST_TEXT_SIZE 64
#define ARCHIVE_LIST_MEMBERS_MAX 4000000

struct archive_about {
    int64_t made_at_ms;
    int64_t database_version;             // of its layout
    char version[ARCHIVE_LIST_TEXT_SIZE]; // of secureesp
    bool has_keys;                        // the PKI, too
};

struct archive_member {
    char name[TAR_HEADER_NAME_SIZE];
    uint64_t size_bytes;
    char sha256[DIGEST_SHA256_TEXT_SIZE];
};

// All zero at the start.
struct archive_list {
    struct archive_member *members;
    size_t count;
    size_t room;
};

// ERR_NO_MEMORY, ERR_TOO_LARGE.
ERR_CHECKED int archive_list_add(
    struct archive_list *list, const struct archive_member *member, struct err *err);
void archive_list_clear(struct archive_list *list);

// Whether a member may bear that name: a path of letters, digits and "._-+", of which no part is
// empty or begins with a dot.
bool archive_list_is_name(const char *name);

// As JSON, of *n bytes; the caller frees it. NULL without memory.
char *archive_list_write_about(const struct archive_about *about, size_t *n);
char *archive_list_write(const struct archive_list *list, size_t *n);

// ERR_INVALID, also of a later format.
ERR_CHECKED int archive_list_read_about(
    const char *p, size_t n, struct archive_about *out, struct err *err);

// Whether a manifest says just what is in the list, and no name is there twice. ERR_INVALID names
// the first member that differs.
ERR_CHECKED int archive_list_check(
    const struct archive_list *list, const char *p, size_t n, struct err *err);

#endif
