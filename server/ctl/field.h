#ifndef CTL_FIELD_H
#define CTL_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "server/ctl/text.h"

// Members of JSON objects that may be missing, null or of another type.

// The text of a member, or otherwise. Borrowed.
const char *field_text(const json_t *object, const char *name, const char *otherwise);

// The number of a member, rounded down, or otherwise.
int64_t field_integer(const json_t *object, const char *name, int64_t otherwise);

bool field_has(const json_t *object, const char *name); // there and not null
bool field_is_true(const json_t *object, const char *name);

// Write a member for people: a number, how long ago a time is, a duration in ms, a time; "-" if it
// is not there.
void field_number(const json_t *object, const char *name, char out[TEXT_SHORT_SIZE]);
void field_age(const json_t *object, const char *name, int64_t now_ms, char out[TEXT_SHORT_SIZE]);
void field_duration(const json_t *object, const char *name, char out[TEXT_SHORT_SIZE]);
void field_time(const json_t *object, const char *name, char out[TEXT_SHORT_SIZE]);

// Prints " NAME=VALUE" on standard output, a text in quotes if it needs them; "-" as above.
void field_print_pair(const json_t *object, const char *name);

#endif
