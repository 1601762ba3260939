#ifndef ENROLMENT_STORE_H
#define ENROLMENT_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "server/model/enrolment.h"
#include "server/store/store.h"

// Enrolments: they are of devices that need not be known otherwise, and stay when those are
// forgotten. All: ERR_IO if the database fails.

#define ENROLMENT_STORE_CERTIFICATE_MAX 4096 // bytes of DER that are kept

// ERR_NOT_FOUND.
ERR_CHECKED int enrolment_store_get(
    struct store_connection *connection, const char *mac, struct enrolment *out, struct err *err);

// Inserts or replaces, but for the certificate itself; where there is no serial, that goes.
ERR_CHECKED int enrolment_store_put(
    struct store_connection *connection, const struct enrolment *enrolment, struct err *err);

// Keeps, and reads, the certificate of one that is there: DER, at most
// ENROLMENT_STORE_CERTIFICATE_MAX bytes. The caller frees *der. ERR_TOO_LARGE; ERR_NOT_FOUND if it
// has none, ERR_NO_MEMORY.
ERR_CHECKED int enrolment_store_put_certificate(struct store_connection *connection,
    const char *mac, const uint8_t *der, size_t n, struct err *err);
ERR_CHECKED int enrolment_store_get_certificate(struct store_connection *connection,
    const char *mac, uint8_t **der, size_t *n, struct err *err);

// ERR_NOT_FOUND.
ERR_CHECKED int enrolment_store_remove(
    struct store_connection *connection, const char *mac, struct err *err);

// Calls each() for those that wait, the oldest first, until it returns non-zero, which is then
// returned.
ERR_CHECKED int enrolment_store_each_pending(struct store_connection *connection,
    int (*each)(const struct enrolment *enrolment, void *ctx), void *ctx, struct err *err);

// The same for the others by MAC: at most limit of them, behind that MAC, or from the first with
// "". state: only those in it, or ENROLMENT_STATE_COUNT for all.
struct enrolment_page {
    const char *after;
    int64_t limit;
    enum enrolment_state state;
};
ERR_CHECKED int enrolment_store_page(struct store_connection *connection,
    const struct enrolment_page *page, int (*each)(const struct enrolment *enrolment, void *ctx),
    void *ctx, struct err *err);

// How many there are in each state.
ERR_CHECKED int enrolment_store_count(
    struct store_connection *connection, int64_t counts[ENROLMENT_STATE_COUNT], struct err *err);

// How many wait.
ERR_CHECKED int enrolment_store_count_pending(
    struct store_connection *connection, int64_t *count, struct err *err);

// Of those that wait: the one that has done so longest, of the address from which most do.
// ERR_NOT_FOUND if none waits.
ERR_CHECKED int enrolment_store_find_leaving(
    struct store_connection *connection, char mac[MAC_SIZE], struct err *err);

#endif
