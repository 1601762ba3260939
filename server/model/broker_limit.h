#ifndef BROKER_LIMIT_H
#define BROKER_LIMIT_H

#include <stdint.h>

#define BROKER_LIMIT_NAME_SIZE 65   // an identity at the broker: printable ASCII
#define BROKER_LIMIT_REASON_SIZE 33 // words of lower-case letters and '-'

// What the broker's plugin dropped of an identity, since it told so last.
struct broker_limit {
    int64_t messages, bytes, subscriptions, connections;
    char reason[BROKER_LIMIT_REASON_SIZE]; // of the last of them, or ""
    int64_t disconnected_s;                // shut out for so long from now on; 0: not
    int64_t since_ms, at_ms;               // told first, and last
};

#endif
