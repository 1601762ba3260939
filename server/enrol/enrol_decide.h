#ifndef ENROL_DECIDE_H
#define ENROL_DECIDE_H

#include <stdbool.h>

#include "server/model/enrolment.h"

// Who gets a certificate without an operator's word for it.
enum enrol_policy {
    ENROL_POLICY_LISTED,  // who is registered before
    ENROL_POLICY_APPROVE, // nobody else either, but who is not waits for an operator
};

// As the configuration has it: "listed", "approve".
const char *enrol_decide_policy_name(enum enrol_policy policy);

enum enrol_verdict {
    ENROL_SIGN,      // a new certificate
    ENROL_REPEAT,    // the one that it got: its request has come again
    ENROL_WAIT,      // for an operator
    ENROL_REVOKED,   // it is shut out
    ENROL_REJECTED,  // an operator said no
    ENROL_ALARM,     // it has one already, or is known otherwise: somebody else asks in its name
    ENROL_OTHER_KEY, // another request of its name came first
    ENROL_CODE,      // the code is missing, wrong, or was tried too often
    ENROL_UNLISTED,  // nobody registered it
    ENROL_VERDICT_COUNT
};

// All that decides of one request with a claim certificate.
struct enrol_case {
    enum enrol_policy policy;
    bool is_open;                // everybody gets one now, and there is room for one more
    bool is_let_in;              // the row says so of the window that is open now
    const char *key_sha256;      // of the request
    const char *code_sha256;     // of the code that it gives; "": none
    const struct enrolment *row; // what is known of the device's enrolment; NULL: nothing
    bool certificate_is_good;    // that it got, as that has it
    bool is_revoked;             // the device
    bool is_readmitted;          // since it got its last certificate
    bool has_good;               // it has a certificate that is let in
    bool has_reported;           // it is in the list of devices
    bool is_late;                // of a renewal: the certificate that it shows has ended
};

struct enrol_ruling {
    enum enrol_verdict verdict;
    const char *by; // who decided so, of ENROL_SIGN: static text, or as in the row; else ""
};

// Decides. What is refused to everybody comes before what an operator allowed, and that before what
// is allowed to everybody.
struct enrol_ruling enrol_decide(const struct enrol_case *it);

// The same of one that a device asks for with a certificate that it has: of the case the key, the
// row with its certificate, is_revoked, is_late and has_good count: one that has ended is of no use
// to a device that has a good one. has_last: the certificate that it has is the one that it got
// last, so that a request with the same key is no old one that comes again.
struct enrol_ruling enrol_decide_renewal(const struct enrol_case *it, bool has_last);

// As it is told to the client; a line without its end.
const char *enrol_decide_words(enum enrol_verdict verdict);

#endif
