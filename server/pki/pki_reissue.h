#ifndef PKI_REISSUE_H
#define PKI_REISSUE_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/pki/certificate.h"

// Certificates of the same names and keys, by the CA that is to come (server/pki/pki_rotation.h):
// whoever has one's key needs no other.

struct pki_reissue {
    const char *folder;
    int64_t now_ms;
    size_t count; // so many are of the new CA now
};

// Goes through the certificates of devices in issued.pem, of each device and key the last one, if
// it is good: signs one like it, unless that was done, and calls each() with both until it returns
// non-zero, which is then returned. They are recorded before they are given. Expects no more than
// fit in memory: 1 KB each.
ERR_CHECKED int pki_reissue_devices(struct pki_reissue *reissue,
    int (*each)(const struct certificate *old, const struct certificate *fresh, void *ctx),
    void *ctx, struct err *err);

// Replaces the certificates of servers and clients by such, and keeps the old ones in
// FOLDER/previous-XXXXXXXX; those of the new CA stay.
ERR_CHECKED int pki_reissue_servers(struct pki_reissue *reissue, struct err *err);

// Puts the old ones back.
ERR_CHECKED int pki_reissue_restore(struct pki_reissue *reissue, struct err *err);

// Replaces FOLDER/devices/<mac>.crt by those of the new CA for the same key.
ERR_CHECKED int pki_reissue_files(struct pki_reissue *reissue, struct err *err);

#endif
