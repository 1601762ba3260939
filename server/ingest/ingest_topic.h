#ifndef INGEST_TOPIC_H
#define INGEST_TOPIC_H

#include <stdbool.h>

#include "common/topic.h"
#include "server/model/device_record.h"

// Who speaks, by the topic.
struct ingest_topic {
    enum topic_kind kind;
    char mac[MAC_SIZE];
    char spelling[DEVICE_SPELLING_SIZE]; // as in struct device_record
};

// Reads a topic of the wire contract on which a device speaks. Its MAC may be spelled in any form
// that people use (mac_parse()): the broker lets a device speak on topics with its certificate's
// common name alone, and who issued that certificate may have spelled it so. False, and *out
// undefined, if it is none.
bool ingest_topic_parse(const char *text, struct ingest_topic *out);

#endif
