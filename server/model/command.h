#ifndef MODEL_COMMAND_H
#define MODEL_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error_step.h"
#include "common/image_name.h"
#include "common/mac.h"
#include "common/topic.h"
#include "server/model/device_record.h"

#define COMMAND_RESULT_SIZE 40
#define COMMAND_DETAIL_SIZE 256
#define COMMAND_SEALED_MAX 1024 // characters of a sealed payload: base64 (RFC 4648)

// Results that the daemon gives itself, beside those of common/result.h.
#define COMMAND_RESULT_CANCELLED "cancelled"
#define COMMAND_RESULT_HELD "held"       // not sent, since it would do harm or nothing
#define COMMAND_RESULT_REVOKED "revoked" // its device is shut out

enum command_state {
    COMMAND_QUEUED, // waits for the device to be online and free
    COMMAND_SENT,   // published; no outcome yet. It may be accepted: command_word()
    COMMAND_DONE,
    COMMAND_FAILED,
    COMMAND_EXPIRED,   // no outcome in time
    COMMAND_CANCELLED, // by the operator; one that was sent may be done all the same
    COMMAND_WAITING,   // for the earlier waves of its batch
    COMMAND_STATE_COUNT
};

struct command {
    int64_t id;
    char mac[MAC_SIZE];
    char spelling[DEVICE_SPELLING_SIZE]; // of the MAC in the device's topics, where that matters:
                                         // of what is due; else ""
    char name[TOPIC_COMMAND_MAX + 1];
    enum command_state state;
    char result[COMMAND_RESULT_SIZE]; // a name of common/result.h or from above, "" while there is
                                      // none
    char image[IMAGE_NAME_SIZE];
    char step[ERROR_STEP_SIZE]; // where it failed: a name of common/error_step.h, or ""
    int64_t code;               // what a library called it there; 0: nothing
    char detail[COMMAND_DETAIL_SIZE];
    int64_t created_at_ms;
    int64_t sent_at_ms; // the first time; 0 if not yet
    int64_t last_sent_at_ms;
    int64_t accepted_at_ms; // 0 if not yet, or the device does not say so
    int64_t ended_at_ms;    // 0 if not yet
    int64_t due_at_ms;      // of one that is sent: when it is judged next
    int64_t sends;          // how often it was sent
    bool inferred;          // that it was accepted, or its end: from what the device did
    bool forced;            // to be sent unjudged
    int64_t batch;          // of commands that were ordered together; 0: it was ordered alone
    int64_t wave;           // within the batch, from 0
};

// What is to become of a `flash` when its turn comes.
struct command_verdict {
    bool held;                   // not to be sent, for the result and detail below
    char image[IMAGE_NAME_SIZE]; // the image that it means, or ""
    char result[COMMAND_RESULT_SIZE];
    char detail[COMMAND_DETAIL_SIZE]; // what to do instead
};

const char *command_state_name(enum command_state state);

// What its state is called, with "accepted" for what was sent and is known to be taken.
const char *command_word(const struct command *command);

// Whether nothing is expected of it any more.
bool command_state_is_end(enum command_state state);

// Whether a command of that name may be given by its name alone.
bool command_name_is_known(const char *name);

#endif
