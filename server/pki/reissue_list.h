#ifndef PKI_REISSUE_LIST_H
#define PKI_REISSUE_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"
#include "server/base/err.h"
#include "server/pki/certificate.h"
#include "server/pki/digest.h"

// The devices' certificates of a CA's record (server/pki/issued.h): of each device and key the last
// one.
struct reissue_list_item {
    char mac[MAC_SIZE];
    char key_id[DIGEST_SHA256_TEXT_SIZE];
    size_t order; // in the record
    uint8_t *der; // of n bytes
    size_t n;
};

struct reissue_list {
    struct reissue_list_item *items; // count of them, sorted
    size_t count;
    size_t room;
};

// Reads a folder's record; without one the list is empty. As issued_each(). The caller clears it,
// also after an error.
ERR_CHECKED int reissue_list_read(const char *folder, struct reissue_list *list, struct err *err);
void reissue_list_clear(struct reissue_list *list);

// The one of the same device and key, or NULL.
const struct reissue_list_item *reissue_list_find(
    const struct reissue_list *list, const struct reissue_list_item *like);

// Fills in MAC and key. 1, or 0 if it is no device's, or an error.
ERR_CHECKED int reissue_list_describe(
    const struct certificate *certificate, struct reissue_list_item *out, struct err *err);

#endif
