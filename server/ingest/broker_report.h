#ifndef BROKER_REPORT_H
#define BROKER_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/ingest/payload_fault.h"
#include "server/model/broker_limit.h"

// What the broker's plugin says of identities that cost it too much: BROKER_TOPIC_LIMIT NAME.

// Takes the name off a topic; characters that are not printable ASCII become '?', and a longer one
// is cut. False if the topic is none of those.
bool broker_report_read_name(const char *topic, char out[BROKER_LIMIT_NAME_SIZE]);

// Reads a payload, whatever it is: members that are missing or none of theirs are 0 or "", and what
// cannot be read is noted. The times are left 0. Pure.
void broker_report_decode(
    const uint8_t *p, size_t n, struct broker_limit *out, struct payload_faults *faults);

#endif
