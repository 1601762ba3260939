#ifndef ENROL_ISSUE_H
#define ENROL_ISSUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/auth/device_auth.h"
#include "server/base/err.h"
#include "server/enrol/enrol_judge.h"
#include "server/pki/certificate.h"
#include "server/store/store.h"

// From a request to a certificate: decided, signed by whoever has the CA's key, and written down
// before it is given away.
struct enrol_issue;

// What is to be signed: n bytes of PKCS #10, and why, for the signer's log.
struct enrol_issue_order {
    const uint8_t *csr;
    size_t n;
    const char *note;
    bool anew; // what was signed for the same request before will not do
};

// All borrowed until enrol_issue_free().
struct enrol_issue_settings {
    struct store *store;
    struct device_auth *auth;
    // As signer_client_sign(); any server thread, several at once.
    int (*sign)(const struct enrol_issue_order *order, struct certificate **out, void *ctx,
        struct err *err);
    void *ctx;
};

ERR_CHECKED int enrol_issue_new(
    const struct enrol_issue_settings *settings, struct enrol_issue **out, struct err *err);
void enrol_issue_free(struct enrol_issue *issue);

// Decides of a request; then judge has the verdict, and of ENROL_SIGN and ENROL_REPEAT the
// certificate. ERR_CONFLICT if another request of the device is at work; as sign() if that fails,
// where after ERR_DENIED and ERR_INVALID, which are for good, it is as if it had not been decided;
// ERR_UNTRUSTED if what it made is no certificate for this request; ERR_IO. The caller clears judge
// in any case. Any thread.
ERR_CHECKED int enrol_issue_run(struct enrol_issue *issue, struct enrol_judge *judge,
    const uint8_t *csr, size_t n, struct err *err);

#endif
