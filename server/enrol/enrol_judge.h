#ifndef ENROL_JUDGE_H
#define ENROL_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/enrol/enrol_decide.h"
#include "server/store/store.h"

#define ENROL_JUDGE_PENDING_MAX 1000 // devices that wait

// A request of a device, and what becomes of it. Texts are borrowed.
struct enrol_judge {
    enum enrol_policy policy;
    const char *mac;         // canonical
    const char *key_sha256;  // of its public key
    const char *code_sha256; // of the code that it gives, or ""
    const char *claim;       // the serial of the claim certificate; "" of a renewal
    const char *own;         // the serial of the device's own certificate; "" of no renewal
    bool is_late;            // it has ended
    const char *address;     // from which it comes

    // Then filled in:
    enum enrol_verdict verdict;
    char by[ENROLMENT_BY_SIZE]; // who decided, of ENROL_SIGN
    uint8_t *der;               // of ENROL_REPEAT: n bytes of the certificate
    size_t n;
    char dropped[MAC_SIZE]; // who waited longest, and waits no more; "": nobody
    // Of ENROL_SIGN, unless it is a renewal: the row as it was, without a MAC if there was none,
    // and as it was written; and when the window was opened that has counted it, or 0.
    struct enrolment before, after;
    int64_t window_at_ms;
    int64_t filled; // so many the open window has let in, which is all that it may; or 0
};

// A store_job whose ctx is one of these: decides, and writes down that it was asked and what was
// decided. A device that is to get a certificate gets one for this key only, from then on. Of those
// that wait there are at most ENROL_JUDGE_PENDING_MAX; for one more, the oldest one from the
// address with most of them goes.
ERR_CHECKED int enrol_judge_run(struct store_connection *connection, void *ctx, struct err *err);

void enrol_judge_clear(struct enrol_judge *judge);

#endif
