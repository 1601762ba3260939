#ifndef CTL_PKI_RECORD_H
#define CTL_PKI_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/ctl/subcommand.h"
#include "server/pki/pki_folder.h"

// Tells the daemon what was issued, if there is one. Begins as {call}.
struct pki_record {
    const struct subcommand_call *call;
    bool failed;                     // it could not be told
    char note[2 * ERR_MESSAGE_SIZE]; // what is to be known of that, or ""
};

// Tells it of certificates that were just written. What is to be known goes to standard error,
// unless the call is for JSON; nothing of it is a failure, since the certificates are made, and
// recorded in their folder.
void pki_record_tell(struct pki_record *record, const struct pki_folder_pair *pairs, size_t count);

// Tells it all that a folder's CA has issued; *added is how many of them were new to it. As
// issued_look() and client_call().
ERR_CHECKED int pki_record_folder(
    const struct client_target *target, const char *folder, int64_t *added, struct err *err);

// `pki record`: tells the daemon all that a folder's CA has issued.
int pki_record_run(const struct subcommand_call *call, struct err *err);

#endif
