#ifndef CTL_PKI_RENEW_ASK_H
#define CTL_PKI_RENEW_ASK_H

#include "server/base/err.h"
#include "server/ctl/client.h"
#include "server/ctl/subcommand.h"
#include "server/pki/certificate.h"

// What the daemon knows of certificates that are to be renewed. Begins as {call}.
struct pki_renew_ask {
    const struct subcommand_call *call;
    struct client *client; // once it was asked
};

void pki_renew_ask_clear(struct pki_renew_ask *ask);

// Whether a certificate is revoked: 1 or 0. The daemon is told of it before, so that it can say so
// of one that it has not met. Without an answer nobody knows: an error. With --no-daemon 0.
ERR_CHECKED int pki_renew_ask(
    struct pki_renew_ask *ask, const struct certificate *certificate, struct err *err);

#endif
