#ifndef FIRMWARE_ENROL_KEY_H
#define FIRMWARE_ENROL_KEY_H

#include <stdbool.h>

#include <mbedtls/pk.h>

#include "firmware/core/failure.h"
#include "firmware/core/tls_random.h"
#include "firmware/enrol/pem.h"
#include "firmware/port/port.h"

#define KEY_DER_SIZE 121
#define KEY_LABEL "EC PRIVATE KEY"
#define KEY_PEM_SIZE PEM_SIZE(KEY_LABEL, KEY_DER_SIZE)

// Makes a P-256 key from random numbers for which the generator is seeded anew from the port, and
// writes it as the device's key file has it: SEC 1 (RFC 5915) in PEM, KEY_PEM_SIZE bytes with the
// NUL behind it. The caller wipes them; nothing else keeps the key. Fails, and wipes pem, with
// RESULT_TLS_FAILED if there are no random numbers, or RESULT_OUT_OF_MEMORY.
int key_make(
    struct port *port, struct tls_random *random, char pem[KEY_PEM_SIZE], struct failure *failure);

// Whether a key is on P-256.
bool key_is_p256(const mbedtls_pk_context *key);

#endif
