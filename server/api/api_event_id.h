#ifndef API_EVENT_ID_H
#define API_EVENT_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "server/api/api_text.h"

// How far a client of the stream of events has come: "7", or with changes "7.4".
struct api_event_id {
    int64_t event;  // the id of the last
    int64_t change; // the number of the last; -1: it is told of none
};

// Reads what a client gives back as Last-Event-ID. False, and *out untouched: it is none.
bool api_event_id_read(const char *text, struct api_event_id *out);

void api_event_id_add(struct api_text *text, const struct api_event_id *id);

#endif
