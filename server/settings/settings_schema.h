#ifndef SETTINGS_SCHEMA_H
#define SETTINGS_SCHEMA_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "server/base/err.h"

// What an app's own members of config.json may be: a subset of JSON Schema (draft 2020-12, which
// says what the words mean). A schema is an object with one word,
//
//     "properties": {NAME: RULE, ...}
//
// and a rule is an object of none or some of
//
//     "type": one of "string", "integer", "number", "boolean", "object", "array"
//     "minimum", "maximum": numbers, both included; of numbers alone
//     "maxLength": characters of a string
//     "description": a text, for people
//
// Any other word is refused: what is not understood would not be checked. A rule without words
// takes any value. Names are those of config.json members that the device's own firmware does not
// have: 1 to 31 letters, digits, '_' and '-'.

#define SETTINGS_SCHEMA_NAME_MAX 31
#define SETTINGS_SCHEMA_MEMBERS_MAX 64 // of one schema
#define SETTINGS_SCHEMA_SIZE_MAX 16384 // bytes of its text

// What is wrong with a text that is no JSON, for whom sent it. Borrowed from the error.
const char *settings_schema_why(const json_error_t *why);

// Reads the n bytes of a schema: an object of rules by their names. The caller gives up the
// reference. ERR_INVALID, whose message says where and what.
ERR_CHECKED int settings_schema_read(const uint8_t *p, size_t n, json_t **rules, struct err *err);

// Judges a value, which is not null, by a rule that was so read. ERR_INVALID, whose message says
// what the value is not: "is more than 100".
ERR_CHECKED int settings_schema_judge(const json_t *rule, const json_t *value, struct err *err);

#endif
