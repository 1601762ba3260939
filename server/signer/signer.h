#ifndef SIGNER_H
#define SIGNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "server/base/err.h"
#include "server/signer/signer_message.h"
#include "server/signer/signer_policy.h"

// The CA that signs what its policy allows.
struct signer;

// Opens the CA of a folder (server/pki/pki_folder.h) and holds it alone. What issued.pem says was
// signed within the last hour counts, whoever signed it. ERR_NOT_FOUND, ERR_DENIED, ERR_INVALID
// (also: a record that is damaged), ERR_CONFLICT if another process holds the folder, ERR_IO,
// ERR_NO_MEMORY.
ERR_CHECKED int signer_open(
    const char *folder, const struct signer_policy *policy, struct signer **out, struct err *err);
void signer_free(struct signer *signer);

// As private_key_is_in_token(), of the CA's key.
bool signer_key_is_in_token(const struct signer *signer);

// From now on another policy. What was signed in the last hour goes on to count. ERR_NO_MEMORY.
ERR_CHECKED int signer_set_policy(
    struct signer *signer, const struct signer_policy *policy, struct err *err);

// Who asks.
struct signer_peer {
    uid_t uid;
    pid_t pid;
};

// What they sent.
struct signer_received {
    const uint8_t *p;
    size_t n;
};

// Answers a message. A certificate is recorded in issued.pem, durably, and logged before this
// returns; a refusal is logged, too, if there are not too many. The same order again within a short
// time (signer_recent.h), unless it asks for a new one, gets the same certificate, not recorded or
// counted once more.
void signer_answer(struct signer *signer, const struct signer_peer *peer,
    const struct signer_received *message, struct signer_message_written *out);

// Answers, and logs, an error.
void signer_refuse(struct signer *signer, const struct signer_peer *peer, const struct err *err,
    struct signer_message_written *out);

#endif
