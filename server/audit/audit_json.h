#ifndef AUDIT_JSON_H
#define AUDIT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/model/audit.h"

// How an object is, as a small JSON object in canonical form: members in the order in which they
// are added, no white space, integers, and strings in which only the quote, the backslash and bytes
// below 0x20 (as \u00HH) are escaped; a text that is no UTF-8 is null, as is "". Begins zeroed; ""
// stands for what is not there.
struct audit_json {
    char text[AUDIT_STATE_SIZE];
    size_t n;
    bool failed; // there was no room; the text is of no use
};

// Add a member. A name is a literal that needs no escaping.
void audit_json_add_text(struct audit_json *json, const char *name, const char *value);
void audit_json_add_number(struct audit_json *json, const char *name, int64_t value);
void audit_json_add_flag(struct audit_json *json, const char *name, bool value);

// Adds a member that is an array of texts, of which at most AUDIT_JSON_NAMED_MAX are named: who
// adds a list adds its length beside it. text(i, ctx) is borrowed until the next call.
#define AUDIT_JSON_NAMED_MAX ((size_t)16)
void audit_json_add_list(struct audit_json *json, const char *name, size_t count,
    const char *(*text)(size_t i, void *ctx), void *ctx);

#endif
