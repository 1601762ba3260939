#ifndef DEVICE_FAULT_H
#define DEVICE_FAULT_H

#include <stdint.h>

#define DEVICE_FAULT_TOPIC_SIZE 8     // "status", "event", "will"
#define DEVICE_FAULT_REASON_SIZE 64   // one line of ASCII
#define DEVICE_FAULT_EXCERPT_SIZE 192 // printable ASCII: the payload's bytes, escaped

// What could not be read of a device's payloads on one topic: the last of them, and how many.
struct device_fault {
    char topic[DEVICE_FAULT_TOPIC_SIZE];
    int64_t count; // of payloads
    int64_t at_ms;
    int64_t position; // of the first fault, in bytes from 0
    int64_t more;     // faults of that payload beside it
    char reason[DEVICE_FAULT_REASON_SIZE];
    char excerpt[DEVICE_FAULT_EXCERPT_SIZE];
};

#endif
