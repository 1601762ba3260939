#ifndef INGEST_LIMITS_H
#define INGEST_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include "server/ingest/ingest_lines.h"
#include "server/ingest/ingest_post.h"

// What is told of those who say too much: in the log, at the device, in counters. The pointers are
// borrowed.
struct ingest_limits {
    struct ingest_post *post;
    struct ingest_lines *lines;
    _Atomic uint64_t reports, bad_reports, messages, bytes; // of the broker, and what it dropped
};

// Takes what the broker's plugin says of an identity (broker_report.h). Any thread.
void ingest_limits_take_report(
    struct ingest_limits *limits, const char *name, const uint8_t *payload, size_t n);

// Tells of what was left out. Each second, on one thread.
void ingest_limits_tick(struct ingest_limits *limits);

#endif
