#ifndef SETUP_PAIR_H
#define SETUP_PAIR_H

#include <stdbool.h>

#include "server/pki/certificate.h"
#include "server/setup/setup.h"

// Keys and certificates of the CA and of the two servers. No key that is there is ever replaced: a
// certificate that is wanted anew is made for the key that is there.

// What is to be made.
enum setup_pair_need {
    SETUP_PAIR_NOTHING,
    SETUP_PAIR_BOTH,
    SETUP_PAIR_CERTIFICATE, // for the key that is there
    SETUP_PAIR_HELP,        // a person must say which of the two is the right one
};

struct setup_pair_facts {
    bool has_key;
    bool has_certificate;
    // Of a certificate that is there.
    bool fits;      // the key's
    bool is_good;   // the CA vouches for it, and it has not ended
    bool has_names; // all that are wanted
};

// Pure.
enum setup_pair_need setup_pair_decide(const struct setup_pair_facts *facts);

// The first of the names that the certificate lacks; NULL if it lacks none. Borrowed.
const char *setup_pair_find_missing(
    const struct setup_names *wanted, const struct certificate *certificate);

// The steps.
int setup_pair_look_ca(const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_pair_make_ca(const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_pair_look_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_pair_make_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_pair_look_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err);
int setup_pair_make_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err);

#endif
