#ifndef FIRMWARE_CORE_FETCH_H
#define FIRMWARE_CORE_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/core/failure.h"
#include "firmware/core/https.h"
#include "firmware/core/identity.h"
#include "firmware/core/staging.h"

enum fetch_phase {
    FETCH_IDLE,
    FETCH_REQUEST,
    FETCH_REASON,
    FETCH_FILE,
};

// The download of a configuration, certificate or key.
struct fetch {
    struct port *port;
    const char *mac;
    struct identity *identity; // in use
    struct https *https;
    uint8_t *scratch; // STAGING_FILE_MAX + 1 bytes
    enum fetch_phase phase;
    enum staging_file file;
    size_t used;
};

// Asks for the file; the other members are set by the caller. tls must be closed.
int fetch_start(struct fetch *fetch, enum staging_file file, struct tls *tls,
    struct settings *settings, struct failure *failure);

// Goes on: STEP_AGAIN; STEP_DONE when the file is valid and staged; or why not. With STEP_DONE the
// failure's detail may hold a remark, else it is "".
int fetch_step(struct fetch *fetch, struct failure *failure);

void fetch_stop(struct fetch *fetch);

#endif
