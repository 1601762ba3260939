#ifndef FIRMWARE_ENROL_ENROL_H
#define FIRMWARE_ENROL_ENROL_H

#include <stdbool.h>
#include <stdint.h>

#include <mbedtls/pk.h>

#include "common/mac.h"
#include "firmware/core/events.h"
#include "firmware/core/failure.h"
#include "firmware/core/https.h"
#include "firmware/core/identity.h"
#include "firmware/core/settings.h"
#include "firmware/core/timer.h"
#include "firmware/core/tls.h"
#include "firmware/enrol/est.h"
#include "firmware/enrol/key.h"
#include "firmware/enrol/need.h"
#include "firmware/enrol/request.h"
#include "firmware/port/port.h"

#define ENROL_CODE "code" // the file of the one-time code, if one is needed

#define ENROL_RENEWAL_MS 120000   // for a renewal: then the device goes on as it is
#define ENROL_PAUSE_MAX_MS 600000 // between two attempts, give or take a quarter

enum enrol_state {
    ENROL_LINK,    // waits for the Wi-Fi link
    ENROL_CLOCK,   // waits for the time
    ENROL_PAUSE,   // waits before the next attempt
    ENROL_ASK,     // is at the server, or waits for its approval
    ENROL_RESTART, // has asked the port to restart it
};

// A device that gets its certificate, in place of struct device and on the same port: one of both
// is there at a time.
struct enrol {
    struct port *port;
    char mac[MAC_SIZE];
    bool again;
    enum enrol_state state;
    unsigned attempts; // in vain, one after the other
    struct timer pause;
    struct timer deadline; // of a renewal
    struct failure failure;
    mbedtls_pk_context key; // that the certificate is for
    struct est est;
    struct settings settings;
    char code[REQUEST_CODE_MAX + 2];
    char key_pem[KEY_PEM_SIZE];
    struct identity identity; // as whom it asks: the claim's, or the device's own
    struct tls tls;
    struct https https;
    struct events events;
    uint8_t scratch[EST_SCRATCH];
};

// Begins with what is needed. Fails if configuration, CA certificate or claim are missing or bad; a
// renewal does not fail, but restarts the device as it is.
int enrol_init(struct enrol *enrol, struct port *port, const char *mac, enum need need,
    struct failure *failure);

// Does what can be done now, as device_step(), and returns likewise. The key is made, and is
// durable, before anything is asked for: the same request gets the same certificate. Whoever is
// refused asks again, after pauses that grow. It restarts the device once the certificate has come
// and is stored, or staged (core/staging.h) in a renewal; and when a renewal is refused, or takes
// too long, which an error event tells.
uint32_t enrol_step(struct enrol *enrol);

// Frees what the libraries hold and wipes secrets.
void enrol_clear(struct enrol *enrol);

#endif
