#ifndef REVOCATION_LIST_H
#define REVOCATION_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/base/err.h"
#include "server/model/serial.h"

// Who is shut out of the fleet: what the daemon writes and the broker's plugin reads, a text file:
//
//     secureesp-revocations 1
//     number 17
//     serial 3a0f91                            this certificate
//     device 84f3eb000001 all                  each certificate of this device
//     device 84f3eb000002 before 1790000000000 those whose validity begins earlier, Unix ms
//     end 3
//
// The last line counts the entries, so that a file that was cut off is not taken.
struct revocation_list;

#define REVOCATION_LIST_MAX 1000000           // entries
#define REVOCATION_NUMBER_MAX (INT64_MAX - 1) // the database counts in 64 bits with a sign
#define REVOCATION_ALL_MS INT64_MAX           // as before_ms: each certificate of the device

// An empty one. number: rises with each change. ERR_NO_MEMORY.
ERR_CHECKED int revocation_list_new(uint64_t number, struct revocation_list **out);
void revocation_list_free(struct revocation_list *list);

// Adds an entry; the same may be there already. serial: lower-case hex digits of the serial's bytes
// without leading zero bytes, "00" for zero. ERR_INVALID, ERR_TOO_LARGE (REVOCATION_LIST_MAX) or
// ERR_NO_MEMORY.
ERR_CHECKED int revocation_list_add_serial(struct revocation_list *list, const char *serial);
ERR_CHECKED int revocation_list_add_device(
    struct revocation_list *list, const char *mac, int64_t before_ms);

// Reads n bytes of such a file. ERR_INVALID with the line and what is wrong, ERR_TOO_LARGE or
// ERR_NO_MEMORY.
ERR_CHECKED int revocation_list_parse(
    const char *text, size_t n, struct revocation_list **out, struct err *err);

// Writes it as such a file, n bytes and a NUL; the caller frees it. ERR_NO_MEMORY.
ERR_CHECKED int revocation_list_format(const struct revocation_list *list, char **text, size_t *n);

// The number that n bytes of such a file bear, though what follows may be damaged. False if none
// can be read.
bool revocation_list_read_number(const char *text, size_t n, uint64_t *number);

uint64_t revocation_list_number(const struct revocation_list *list);
size_t revocation_list_count(const struct revocation_list *list);

// One entry.
struct revocation_list_entry {
    char serial[SERIAL_SIZE]; // "" of a device's
    char mac[MAC_SIZE];       // "" of a certificate's
    int64_t before_ms;
};

// The i-th one, of as many as there are; in the order of the file.
void revocation_list_get(
    const struct revocation_list *list, size_t i, struct revocation_list_entry *out);

// Whether a certificate is shut out by its serial, or as one of a device's. mac: canonical.
// Any number of threads may ask, as long as none adds.
bool revocation_list_has_serial(const struct revocation_list *list, const char *serial);
bool revocation_list_has_device(
    const struct revocation_list *list, const char *mac, int64_t not_before_ms);

#endif
