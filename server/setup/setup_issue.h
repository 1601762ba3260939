#ifndef SETUP_ISSUE_H
#define SETUP_ISSUE_H

#include "server/base/err.h"
#include "server/pki/private_key.h"
#include "server/setup/setup_names.h"

// Makes keys, and certificates for them. Each file is there whole or not at all, whatever happens
// meanwhile; nothing is written where a key is.

// The common names of the two servers, and of their files.
#define SETUP_ISSUE_DAEMON "secureespd"
#define SETUP_ISSUE_BROKER "mosquitto"

struct setup_issue_paths {
    char certificate[128];
    char key[128];
};

void setup_issue_place(const char *name, struct setup_issue_paths *out);

// Takes the key of that file, or makes it, of mode 0600. The caller frees it.
ERR_CHECKED int setup_issue_take_key(const char *path, struct private_key **out, struct err *err);

// The CA.
ERR_CHECKED int setup_issue_ca(struct err *err);

// A server's certificate and, unless it is there, its key. A certificate that is there is replaced,
// and its names are kept beside those that are wanted. ERR_NOT_FOUND without the CA's key.
ERR_CHECKED int setup_issue_server(const struct setup_names *names, const char *name,
    const struct setup_issue_paths *paths, struct err *err);

#endif
