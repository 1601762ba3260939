#ifndef PKI_AGE_WRITER_H
#define PKI_AGE_WRITER_H

#include "server/base/sink.h"

// Encrypts with a passphrase, in the format of age (age-encryption.org/v1): `age -d` opens it.
struct age_writer;

#define AGE_WRITER_WORK 18 // of scrypt, as age has it: 256 MB, half a second to a second

// Writes the header at once. to: where the file goes. ERR_NO_MEMORY, ERR_IO, errors of the sink.
ERR_CHECKED int age_writer_open(const char *passphrase, int work, const struct sink *to,
    struct age_writer **out, struct err *err);

// As a sink's, with the writer as ctx.
ERR_CHECKED int age_writer_write(const void *p, size_t n, void *ctx, struct err *err);

// Writes what is left. A file without this end is refused by who reads it.
ERR_CHECKED int age_writer_end(struct age_writer *writer, struct err *err);

// NULL is allowed.
void age_writer_free(struct age_writer *writer);

#endif
