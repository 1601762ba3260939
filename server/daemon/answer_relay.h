#ifndef ANSWER_RELAY_H
#define ANSWER_RELAY_H

#include "server/download/download.h"
#include "server/ingest/ingest.h"

// Passes on to ingest what the download server tells of an answer: neither knows the other.
void answer_relay_tell(struct ingest *ingest, const struct download_answer *answer);

#endif
