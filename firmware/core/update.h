#ifndef FIRMWARE_CORE_UPDATE_H
#define FIRMWARE_CORE_UPDATE_H

#include <stdint.h>

#include "firmware/core/failure.h"
#include "firmware/core/https.h"
#include "firmware/core/image_digest.h"
#include "firmware/core/lead.h"
#include "firmware/core/slots.h"
#include "firmware/core/verify.h"

#define UPDATE_SCRATCH VERIFY_SCRATCH // bytes

enum update_phase {
    UPDATE_IDLE,
    UPDATE_REQUEST, // until the answer's head is read
    UPDATE_REASON,  // reads why the server said no
    UPDATE_IMAGE,   // the answer's body goes into the idle slot
    UPDATE_VERIFY,
};

// The download of an image into the idle slot, and its check. Also the second check, before it is
// installed.
struct update {
    struct port *port;
    struct slots *slots;
    struct https *https;
    uint8_t *scratch;
    enum update_phase phase;
    size_t size;                     // bytes the answer announced
    size_t offset;                   // bytes received
    struct lead lead;                // of which these are written when all is verified
    uint8_t hash[IMAGE_DIGEST_SIZE]; // of what was received
    bool downloaded;                 // this is the check that follows a download
    struct verify verify;            // its digest serves the download, too, which comes before it
};

// What an update works with: all are borrowed and must outlive it; scratch takes UPDATE_SCRATCH.
void update_init(struct update *update, struct port *port, struct slots *slots, struct https *https,
    uint8_t *scratch);

// Asks for the image after the one that runs. tls must be closed.
int update_start_download(
    struct update *update, struct tls *tls, struct settings *settings, struct failure *failure);

// Begins to check the idle slot's image once more. RESULT_NOTHING_DOWNLOADED unless it is ready,
// RESULT_NOT_STAGED if it is not the wanted one ("": any). It stays ready then.
int update_start_check(struct update *update, const char *wanted, struct failure *failure);

// Goes on: STEP_AGAIN; STEP_DONE when the idle slot's image is (still) verified and the slot record
// says it is ready; or why not. RESULT_CURRENT if there is no newer one. A failed check leaves the
// slot empty in the record.
int update_step(struct update *update, struct failure *failure);

// When to call again without the stream being ready, in ms.
uint32_t update_wait_ms(const struct update *update, uint32_t now_ms);

// Ends it where it stands.
void update_stop(struct update *update);

#endif
