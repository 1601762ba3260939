#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/image_name.h"
#include "common/mac.h"
#include "common/topic.h"
#include "server/model/command.h"

#define EVENT_KIND_SIZE 32

// What an event tells, for as long as there is room for it: a flood of one class pushes out none of
// another.
enum event_class {
    EVENT_CLASS_OTHER,   // an error, and whatever else the device says
    EVENT_CLASS_START,   // a start, the end of a trial
    EVENT_CLASS_NOTICE,  // what the daemon notices beside starts
    EVENT_CLASS_OUTCOME, // the outcome of a command that was given, and what an operator did
    EVENT_CLASS_COUNT
};

// Something a device said on /event/<mac>, or that the daemon noticed of it. Texts may be "".
struct event {
    char mac[MAC_SIZE];
    int64_t at_ms;
    char kind[EVENT_KIND_SIZE]; // CONTRACT_EVENT_KIND_*; those of event_kind.h are the
                                // daemon's own
    char command[TOPIC_COMMAND_MAX + 1];
    int64_t command_id; // 0 if none
    char result[COMMAND_RESULT_SIZE];
    char image[IMAGE_NAME_SIZE];
    char step[ERROR_STEP_SIZE]; // as in struct command, with what follows
    int64_t code;
    char detail[COMMAND_DETAIL_SIZE];
};

#endif
