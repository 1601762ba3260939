#ifndef DOWNLOAD_TROUBLE_H
#define DOWNLOAD_TROUBLE_H

#include <stdint.h>

#include "server/base/tally.h"

// Requests of devices that the server's own files leave without an answer: each is counted by its
// kind, and told in the log with what to do, once a minute for each kind at most. Any thread.
enum download_trouble_kind {
    DOWNLOAD_TROUBLE_FILE,    // it cannot be read, or is not what its name says
    DOWNLOAD_TROUBLE_MISSING, // there is none
    DOWNLOAD_TROUBLE_IMAGE,   // a published image cannot be read
    DOWNLOAD_TROUBLE_DENIED,  // the certificate is good no more since the handshake,
    DOWNLOAD_TROUBLE_REVOKED, // or was taken out of use
    DOWNLOAD_TROUBLE_KEY,     // a private key that is not to leave
    DOWNLOAD_TROUBLE_KINDS
};

// All zero at the start.
struct download_trouble {
    struct tally items[DOWNLOAD_TROUBLE_KINDS];
};

// What: the path or name, and why; mac may be "".
void download_trouble_note(struct download_trouble *trouble, enum download_trouble_kind kind,
    const char *mac, const char *what, const char *reason);

// Calls add() for each kind.
void download_trouble_each_counter(const struct download_trouble *trouble,
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx);

#endif
