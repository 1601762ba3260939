#ifndef PKI_AGE_READER_H
#define PKI_AGE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/sink.h"

// Decrypts what age_writer.h or `age -p` wrote.
struct age_reader;

// Whether a file that begins with these n bytes is one of age.
#define AGE_READER_LOOK 21 // as many tell
bool age_reader_is_age(const uint8_t *p, size_t n);

// to: where the text goes, of which each piece is authentic when it goes; that it is whole, only
// age_reader_end() tells. The passphrase is borrowed until the first write after the header.
// ERR_NO_MEMORY.
ERR_CHECKED int age_reader_open(
    const char *passphrase, const struct sink *to, struct age_reader **out, struct err *err);

// As a sink's, with the reader as ctx. ERR_DENIED if the passphrase is another or what follows the
// header was changed; ERR_INVALID with what is wrong, errors of the sink.
ERR_CHECKED int age_reader_write(const void *p, size_t n, void *ctx, struct err *err);

// After the file's last byte. ERR_INVALID if it ends too early, ERR_DENIED if it was changed.
ERR_CHECKED int age_reader_end(struct age_reader *reader, struct err *err);

// NULL is allowed.
void age_reader_free(struct age_reader *reader);

#endif
