#ifndef PKI_PKI_RENEW_H
#define PKI_PKI_RENEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/pki/authority.h"
#include "server/pki/certificate.h"
#include "server/pki/certificate_file.h"
#include "server/pki/pki_folder.h"

// Certificates of servers and clients in a CA's folder, renewed before they end. Each gets another
// one for the same key in its file's place; the key's file is not touched, so that there is a good
// pair at every moment. The CA's key may lie in another folder.

enum pki_renew_state {
    PKI_RENEW_GOOD,      // it is not yet time
    PKI_RENEW_DUE,       // it is, and it was only looked at
    PKI_RENEW_RENEWED,   // the file holds the new one
    PKI_RENEW_REVOKED,   // left alone
    PKI_RENEW_FOREIGN,   // signed by another CA than those of ca.crt, and left alone
    PKI_RENEW_ELSEWHERE, // the key of its CA is not here
    PKI_RENEW_FAILED,
};

// What became of one.
struct pki_renew_item {
    const char *name;            // "servers/mosquitto"
    struct pki_folder_pair pair; // where it is; serial and end as the file has them now
    struct certificate_file file;
    int64_t due_ms;
    enum pki_renew_state state;
    struct err why; // of FAILED
};

struct pki_renew {
    const char *folder;
    const char *const *ca_folders; // where the CA's key may be, ca_count of them
    size_t ca_count;
    int before_days; // as renewal_due_ms()
    int64_t now_ms;

    // Whether a certificate is revoked: 1 or 0, or an error, and it is not renewed.
    int (*is_revoked)(const struct certificate *certificate, void *ctx, struct err *err);
    // Called before a file is replaced, so that it is known later who has to hear of it.
    int (*before)(void *ctx, struct err *err);
    // Called for each file.
    void (*each)(const struct pki_renew_item *item, void *ctx);
    void *ctx;

    // Does what is to be done with one that is due; fills in its state.
    int (*act)(struct pki_renew *renew, struct pki_renew_item *item, struct err *err);
    void *act_ctx;
    struct authority *authority; // of ca.crt
};

// Goes through all of them, in the order of their names. What fails with one is in its item; an
// error says that nothing could be done at all. ERR_NOT_FOUND without ca.crt.
ERR_CHECKED int pki_renew_each(struct pki_renew *renew, struct err *err);

// For act: looks for the CA that signed it, and for what would keep it from being renewed.
ERR_CHECKED int pki_renew_look(
    struct pki_renew *renew, struct pki_renew_item *item, struct err *err);
// For act: issues another one, records it and puts it into the file's place.
ERR_CHECKED int pki_renew_issue(
    struct pki_renew *renew, struct pki_renew_item *item, struct err *err);

// Puts a new certificate, which was checked, into the file's place, durably; what else is in the
// file stays.
ERR_CHECKED int pki_renew_replace(struct pki_renew *renew, struct pki_renew_item *item,
    struct certificate *fresh, struct err *err);

#endif
