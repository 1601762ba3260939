#ifndef FIRMWARE_CORE_VERIFY_H
#define FIRMWARE_CORE_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include "common/image_descriptor.h"
#include "firmware/core/failure.h"
#include "firmware/core/image_digest.h"
#include "firmware/core/image_scan.h"
#include "firmware/core/lead.h"
#include "firmware/core/slots.h"
#include "firmware/core/timer.h"
#include "firmware/port/port.h"

#define VERIFY_SCRATCH IMAGE_SCAN_SCRATCH // bytes
#define VERIFY_TRIES 5                    // of a signature, as long as memory is short,
#define VERIFY_PAUSE_MS 1000              // and from one to the next

enum verify_phase {
    VERIFY_HASH,
    VERIFY_SIGNATURE,
    VERIFY_DESCRIPTOR,
};

// The check of the image in the idle slot against the one that runs.
struct verify {
    struct port *port;
    const struct slots *slots;
    uint8_t *scratch;
    const struct lead *lead; // what of the image is not in its slot yet, to be set after the start
    enum verify_phase phase;
    size_t image_size;
    size_t offset;
    struct image_digest digest;
    uint8_t hash[IMAGE_DIGEST_SIZE];
    struct image_trailer trailer;
    const uint8_t *signature;
    unsigned tries;     // that memory was too short for
    struct timer pause; // until it is to go on
    struct image_scan scan;
};

// Begins to check the image_size bytes in the idle slot. The active slot's entry in slots says
// where the descriptor with the trusted keys stands. scratch (VERIFY_SCRATCH bytes) and slots must
// outlive the check.
void verify_start(struct verify *verify, struct port *port, const struct slots *slots,
    size_t image_size, uint8_t *scratch);

// Goes on: STEP_AGAIN; STEP_DONE, and *image filled in, when all is well: the signature over
// SHA-256 of the body is by a key of the running image (RSA PKCS#1 v1.5 or ECDSA P-256), the body
// has exactly one good descriptor, for this board and of a newer version. Else
// RESULT_TRAILER_INVALID, RESULT_SIGNATURE_INVALID, RESULT_DESCRIPTOR_INVALID, RESULT_WRONG_BOARD,
// RESULT_NOT_NEWER, RESULT_FLASH_FAILED, or RESULT_OUT_OF_MEMORY: then nothing is said of the
// image, which may be checked again. Nothing of the body is interpreted before its signature is
// good.
int verify_step(struct verify *verify, struct slots_image *image, struct failure *failure);

// Ends it where it stands; may be called on a zeroed struct and more than once.
void verify_stop(struct verify *verify);

// Whether signature is one over hash by the public key in DER (SubjectPublicKeyInfo). False, too,
// where memory is short (memory.h).
bool verify_signature(const struct image_descriptor_key *key, const uint8_t hash[IMAGE_DIGEST_SIZE],
    const uint8_t *signature, size_t signature_size);

#endif
