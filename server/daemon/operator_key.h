#ifndef OPERATOR_KEY_H
#define OPERATOR_KEY_H

#include <pthread.h>

#include "server/base/err.h"
#include "server/pki/key_pin.h"

// The fingerprint of the key that operators' HTTPS shows, for whoever is to compare it.
struct operator_key {
    pthread_mutex_t lock;
    char pin[KEY_PIN_SIZE]; // "": there is no such HTTPS
    const char *path;       // of its certificate; borrowed
};

void operator_key_init(struct operator_key *key);
void operator_key_clear(struct operator_key *key);

// Reads the certificate that is in use from now on; without a path there is none. As
// certificate_load(), and then it is as before.
ERR_CHECKED int operator_key_load(struct operator_key *key, struct err *err);

// Any thread.
void operator_key_read(struct operator_key *key, char out[KEY_PIN_SIZE]);

#endif
