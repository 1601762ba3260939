#ifndef TEST_DEPLOYED_PEM_FILE_H
#define TEST_DEPLOYED_PEM_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Gives the DER of a PEM file's first object to each(), piece by piece. Borrows from the arena; the
// caller returns it. 0 or a failure, reported.
int pem_file_read(const char *path, void (*each)(void *ctx, const void *p, size_t n), void *ctx);

// The same of the object in that place, from 0; *found is false if there are not so many.
int pem_file_read_nth(const char *path, size_t place,
    void (*each)(void *ctx, const void *p, size_t n), void *ctx, bool *found);

// The first one, into memory that is taken from the arena.
int pem_file_take(const char *path, uint8_t **out, size_t *size);

#endif
