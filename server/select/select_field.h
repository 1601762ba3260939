#ifndef SELECT_FIELD_H
#define SELECT_FIELD_H

#include "server/select/select_tree.h"

// What can be compared, and with what.

enum select_type {
    SELECT_TYPE_TEXT,  // with * and ?
    SELECT_TYPE_MAC,   // with * at its end
    SELECT_TYPE_TAG,   // with * and ?
    SELECT_TYPE_GROUP, // a group's name
    SELECT_TYPE_WORD,  // one of some
    SELECT_TYPE_NUMBER,
    SELECT_TYPE_DURATION, // 90s, 5m, 1h, 2d, 200ms
    SELECT_TYPE_AGE,      // the same, of how long ago something was
};

struct select_field_rule {
    const char *name;
    enum select_type type;
    const char *const *words; // of SELECT_TYPE_WORD, NULL at the end
};

const struct select_field_rule *select_field_rule(enum select_field field);

// The field of that name, n bytes long; SELECT_FIELD_COUNT if there is none.
enum select_field select_field_find(const char *name, size_t n);

// As it is written: "<=".
const char *select_field_op_name(enum select_op op);

// Whether the type knows the comparison.
bool select_field_knows(enum select_type type, enum select_op op);

// Write "mac, name, ...", "=, !=, ..." as the type knows them, and "online, offline, ...".
void select_field_list(char *out, size_t size);
void select_field_list_ops(enum select_type type, char *out, size_t size);
void select_field_list_words(const struct select_field_rule *rule, char *out, size_t size);

#endif
