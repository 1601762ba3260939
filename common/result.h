#ifndef COMMON_RESULT_H
#define COMMON_RESULT_H

// How a command, an update or a connection ended. Devices send the name, people read it.
enum result {
    RESULT_OK,
    RESULT_CURRENT, // 304: no newer image is offered
    RESULT_BUSY,    // another command is under way
    RESULT_UNKNOWN_COMMAND,
    RESULT_NOTHING_DOWNLOADED, // flash without a verified download
    RESULT_NOT_STAGED,         // flash that names another image than was downloaded
    RESULT_CONNECT_FAILED,     // name or TCP
    RESULT_TIMEOUT,
    RESULT_TLS_FAILED,            // any other TLS failure
    RESULT_CERTIFICATE_UNTRUSTED, // the server's: not signed by our CA
    RESULT_CERTIFICATE_NAME,      // the server's: for another host
    RESULT_CERTIFICATE_EXPIRED,
    RESULT_CERTIFICATE_NOT_YET_VALID,
    RESULT_HTTP_STATUS, // an answer other than the contract's; detail has the reason
    RESULT_HTTP_MALFORMED,
    RESULT_MQTT_REFUSED,
    RESULT_MQTT_MALFORMED,
    RESULT_FILE_INVALID, // a downloaded configuration, certificate or key is unusable
    RESULT_TRUNCATED,    // fewer bytes than announced
    RESULT_OVERSIZED,    // does not fit the slot
    RESULT_TRAILER_INVALID,
    RESULT_SIGNATURE_INVALID,
    RESULT_DESCRIPTOR_INVALID, // none, or more than one
    RESULT_WRONG_BOARD,
    RESULT_NOT_NEWER,     // rollback or replay
    RESULT_FLASH_FAILED,  // the medium
    RESULT_OUT_OF_MEMORY, // could not be judged: nothing is said of the file, image or peer
    RESULT_TRIAL_FAILED,  // the new image did not report in time; the old one runs again
    RESULT_CRASHED,       // the run before this one: a fault, or the watchdog
    RESULT_COUNT
};

// The result's name, as "signature-invalid"; never NULL ("unknown" for a number out of range).
const char *result_name(enum result result);

// The result of that name, or RESULT_COUNT if there is none.
enum result result_from_name(const char *name);

#endif
