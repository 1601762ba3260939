#ifndef FIRMWARE_CORE_EVENTS_H
#define FIRMWARE_CORE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "firmware/core/report.h"
#include "firmware/port/port.h"

#define EVENTS_FILE "events.jsonl"
#define EVENTS_SIZE 1408 // bytes of JSON lines that may wait

// Events that wait to be sent, oldest first: one JSON object a line.
struct events {
    char lines[EVENTS_SIZE];
    size_t used;
    bool dirty;         // the file holds something else
    bool first_is_sent; // the oldest is on its way
};

// Starts with what the file holds; damaged lines are dropped.
void events_load(struct events *events, struct port *port);

// Makes the file hold what waits. 0 or PORT_FAILED.
int events_save(struct events *events, struct port *port);

// Adds an event. An error, or that a command was accepted, is left out while it already waits or
// the queue is half full: a command's outcome matters more. For any other the oldest ones go if
// there is no room.
void events_add(struct events *events, const struct report_event *event);

// The oldest event, not NUL-terminated, and its length; NULL if none waits.
const char *events_first(const struct events *events, size_t *length);

// Drops the oldest event.
void events_drop(struct events *events);

#endif
