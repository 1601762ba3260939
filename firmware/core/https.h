#ifndef FIRMWARE_CORE_HTTPS_H
#define FIRMWARE_CORE_HTTPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/core/failure.h"
#include "firmware/core/http_response_head.h"
#include "firmware/core/settings.h"
#include "firmware/core/timer.h"
#include "firmware/core/tls.h"

#define HTTPS_REQUEST_SIZE 512
#define HTTPS_STALL_MS 15000 // without a byte
#define HTTPS_GRACE_MS 20000 // for the answer, and as long again as its bytes may take:
#define HTTPS_MS_PER_BYTE 1  // slower than 8 kbit/s on average is a server that wants us to wait

enum https_phase {
    HTTPS_IDLE,
    HTTPS_CONNECT,
    HTTPS_REQUEST,
    HTTPS_HEAD,
    HTTPS_BODY,
};

// One request over TLS.
struct https {
    struct tls *tls;
    enum https_phase phase;
    struct settings_servers *servers; // one of which is asked; NULL: https_open() has said whom
    bool has_turned;                  // to the other one
    size_t host_at;                   // where the request names it
    const uint8_t *out;               // what is to be sent of it
    size_t out_size;
    uint32_t body_left; // bytes
    uint8_t early[64];  // what came with the head of the body
    size_t early_used;
    struct timer stall;
    struct timer total; // grows with each byte received
    union {
        char request[HTTPS_REQUEST_SIZE]; // until it is sent
        struct http_response_head head;   // from then on
    };
};

// Writes the request for name (with query: "name?query", query NULL if none) up to the host that is
// asked, and what remains of it. Return its length, or 0 if it does not fit.
size_t https_write_request(
    const struct settings *settings, const char *name, const char *query, char *out, size_t size);
size_t https_write_host(const struct settings_servers *servers, char *out, size_t size);

// Begins a GET from that of the settings' download servers whose turn it is, and goes on with the
// other one if there is no connection with it; tls must be closed. It and the settings must outlive
// https.
int https_start(struct https *https, struct tls *tls, struct settings *settings, const char *name,
    const char *query, struct failure *failure);

// Begins to send what stands at https->out, a whole request in place of the GET, which must stay as
// it is until the answer's head is read. https->tls is set, all else of https zero. Of the sessions
// it is the one with the download server: they are of one daemon, and not needed at once.
int https_open(struct https *https, const char *host, uint16_t tcp_port, struct failure *failure);

// Goes on until the head is read: STEP_AGAIN, STEP_DONE or a failure. A 200 without Content-Length
// is RESULT_HTTP_MALFORMED.
int https_step(struct https *https, struct failure *failure);

// Reads body: bytes, 0 if none are there now, TLS_END behind the last one, or a failure:
// RESULT_TRUNCATED if the connection ends before, RESULT_TIMEOUT if it stands still or is too slow.
int https_read(struct https *https, uint8_t *p, size_t n, struct failure *failure);

// When to call again without the stream being ready, in ms.
uint32_t https_wait_ms(const struct https *https, uint32_t at_ms);

void https_stop(struct https *https);

#endif
