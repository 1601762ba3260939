#ifndef SELECT_VALUE_H
#define SELECT_VALUE_H

#include "server/base/err.h"
#include "server/select/select_field.h"

// The values of the filter language.

#define SELECT_VALUE_TAG_MAX 32 // bytes

// Reads what is compared with a field: sets the node's number, is_pattern and is_latest, and writes
// the text that the tree is to keep to out ("" if it needs none). ERR_INVALID, whose message says
// what was expected.
ERR_CHECKED int select_value_read(const struct select_field_rule *rule, const char *value,
    struct select_node *node, char out[SELECT_VALUE_SIZE], struct err *err);

// Whether it can be the tag of a device: 1 to SELECT_VALUE_TAG_MAX letters, digits, '.', '_', '-'.
bool select_value_is_tag(const char *text);

// Whether a byte needs no quotes in a value.
bool select_value_is_bare(char c);

// Writes a duration in its largest unit that leaves no rest: "90s", "2d".
void select_value_write_duration(int64_t duration_ms, char *out, size_t size);

#endif
