#ifndef MODEL_ENROLMENT_H
#define MODEL_ENROLMENT_H

#include <stdint.h>

#include "common/mac.h"
#include "server/model/serial.h"

// How far a device is on its way to a certificate.
enum enrolment_state {
    ENROLMENT_LISTED,   // registered before it asked
    ENROLMENT_PENDING,  // it has asked, and waits for an operator
    ENROLMENT_APPROVED, // it gets one when it asks (again)
    ENROLMENT_REJECTED, // it gets none
    ENROLMENT_ENROLLED, // it has got one
    ENROLMENT_STATE_COUNT
};

#define ENROLMENT_DIGEST_SIZE 65  // a SHA-256 as hex
#define ENROLMENT_ADDRESS_SIZE 46 // as HTTP_ADDRESS_TEXT_SIZE
#define ENROLMENT_BY_SIZE 46
#define ENROLMENT_TROUBLE_SIZE 160
#define ENROLMENT_CODE_TRIES_MAX 10 // wrong ones, after which a code counts no more

// Who decided, where that was no operator, whose is "uid N".
#define ENROLMENT_BY_LIST "list"
#define ENROLMENT_BY_CODE "code"
#define ENROLMENT_BY_WINDOW "window"
#define ENROLMENT_BY_READMISSION "readmission"
#define ENROLMENT_BY_RENEWAL "renewal"
#define ENROLMENT_BY_LATE "late renewal" // the certificate that was shown had ended

// What is known of one device's enrolment. Texts may be "", times 0.
struct enrolment {
    char mac[MAC_SIZE];
    enum enrolment_state state;
    char key_sha256[ENROLMENT_DIGEST_SIZE]; // of the only key for which it holds; "": any
    char claim[SERIAL_SIZE];                // of the claim certificate that asked last
    char address[ENROLMENT_ADDRESS_SIZE];   // from which that was
    int64_t first_asked_ms;
    int64_t last_asked_ms;
    int64_t tries;                           // how often it has asked
    char code_sha256[ENROLMENT_DIGEST_SIZE]; // of the code that it has to give
    int64_t code_tries;                      // with a wrong one
    char decided_by[ENROLMENT_BY_SIZE];
    int64_t decided_at_ms;
    int64_t alarms; // how often somebody asked who must not
    int64_t alarm_at_ms;
    char alarm_key_sha256[ENROLMENT_DIGEST_SIZE]; // of the key with which that was
    char serial[SERIAL_SIZE];                     // of the certificate that it has got last
    char trouble[ENROLMENT_TROUBLE_SIZE];         // why the signer refused its last request
    int64_t trouble_at_ms;
};

// "listed", "pending", "approved", "rejected", "enrolled".
const char *enrolment_state_name(enum enrolment_state state);

#endif
