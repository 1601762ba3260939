// The fields of the filter language.
#include "server/select/select_field.h"

#include <stdio.h>
#include <string.h>

static const char *const states[] = {"online", "offline", "revoked", NULL};
static const char *const kinds[] = {"ours", "sketch", NULL};
static const char *const flags[] = {"no", "yes", NULL};
static const char *const channels[] = {"none", "stable", "beta", NULL};

// In the order of enum select_field.
static const struct select_field_rule rules[SELECT_FIELD_COUNT] = {
    {"mac", SELECT_TYPE_MAC, NULL},
    {"name", SELECT_TYPE_TEXT, NULL},
    {"board", SELECT_TYPE_TEXT, NULL},
    {"image", SELECT_TYPE_TEXT, NULL},
    {"tag", SELECT_TYPE_TAG, NULL},
    {"state", SELECT_TYPE_WORD, states},
    {"rssi", SELECT_TYPE_NUMBER, NULL},
    {"heap", SELECT_TYPE_NUMBER, NULL},
    {"uptime", SELECT_TYPE_DURATION, NULL},
    {"seen", SELECT_TYPE_AGE, NULL},
    {"firstseen", SELECT_TYPE_AGE, NULL},
    {"reboots", SELECT_TYPE_NUMBER, NULL},
    {"loop", SELECT_TYPE_DURATION, NULL},
    {"mqtt", SELECT_TYPE_DURATION, NULL},
    {"ip", SELECT_TYPE_TEXT, NULL},
    {"build", SELECT_TYPE_TEXT, NULL},
    {"error", SELECT_TYPE_TEXT, NULL},
    {"kind", SELECT_TYPE_WORD, kinds},
    {"hold", SELECT_TYPE_WORD, flags},
    {"canary", SELECT_TYPE_WORD, flags},
    {"pin", SELECT_TYPE_TEXT, NULL},
    {"channel", SELECT_TYPE_WORD, channels + 1},
    {"ownchannel", SELECT_TYPE_WORD, channels},
    {"group", SELECT_TYPE_GROUP, NULL},
    {"drifted", SELECT_TYPE_WORD, flags},
    {"label", SELECT_TYPE_TEXT, NULL},
    {"place", SELECT_TYPE_TEXT, NULL},
};

// In the order of enum select_op.
static const char *const ops[SELECT_OP_COUNT] = {"=", "!=", "<", "<=", ">", ">="};

const struct select_field_rule *select_field_rule(enum select_field field)
{
    return &rules[field];
}

enum select_field select_field_find(const char *name, size_t n)
{
    size_t i = 0;

    while (i < SELECT_FIELD_COUNT &&
           (strlen(rules[i].name) != n || memcmp(rules[i].name, name, n) != 0))
        i++;
    return (enum select_field)i;
}

const char *select_field_op_name(enum select_op op)
{
    return ops[op];
}

bool select_field_knows(enum select_type type, enum select_op op)
{
    bool is_equality = op == SELECT_EQUAL || op == SELECT_UNEQUAL;

    switch (type) {
    case SELECT_TYPE_NUMBER:
    case SELECT_TYPE_DURATION: return true;
    case SELECT_TYPE_AGE: return !is_equality; // nobody means that very millisecond
    default: return is_equality;
    }
}

// Appends as far as there is room.
static void append(char *out, size_t size, const char *item)
{
    size_t n = strlen(out);

    snprintf(out + n, size - n, "%s%s", n > 0 ? ", " : "", item);
}

void select_field_list(char *out, size_t size)
{
    out[0] = '\0';
    for (size_t i = 0; i < SELECT_FIELD_COUNT; i++)
        append(out, size, rules[i].name);
}

void select_field_list_ops(enum select_type type, char *out, size_t size)
{
    out[0] = '\0';
    for (int i = 0; i < SELECT_OP_COUNT; i++) {
        if (select_field_knows(type, (enum select_op)i))
            append(out, size, ops[i]);
    }
}

void select_field_list_words(const struct select_field_rule *rule, char *out, size_t size)
{
    out[0] = '\0';
    for (size_t i = 0; rule->words[i] != NULL; i++)
        append(out, size, rule->words[i]);
}
