#ifndef API_MEMBERS_H
#define API_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "common/mac.h"
#include "server/base/err.h"

// What a request may bring: the members of its body, and the parameters of its query. What is not
// in a table, of another type or there twice is refused, never passed over: who misspells "mac"
// must not reach every device.

enum api_member_type {
    API_MEMBER_TEXT,
    API_MEMBER_FLAG,     // true or false; in a query 1 or 0
    API_MEMBER_TEXTS,    // an array; in a query the parameter repeated
    API_MEMBER_INTEGERS, // an array; this and the following in no query
    API_MEMBER_INTEGER,
    API_MEMBER_OBJECTS, // an array
    API_MEMBER_OBJECT
};

// One of them; a table ends with a NULL name.
struct api_member {
    const char *name;
    enum api_member_type type;
};

// Reads a body by its table. The caller gives up the reference. ERR_INVALID.
ERR_CHECKED int api_members_read(
    const uint8_t *p, size_t n, const struct api_member *table, json_t **out, struct err *err);

// Judges an object within a body by a table of its own. ERR_INVALID.
ERR_CHECKED int api_members_check(
    const json_t *object, const struct api_member *table, struct err *err);

// Judges the query's parameters one by one. Begins as {table}; NULL allows none.
struct api_members_query {
    const struct api_member *table;
    unsigned seen; // of the table's first 32
    struct err err;
};
// ctx: that query.
void api_members_judge(const char *name, const char *value, void *ctx);

// Whether a parameter of the type API_MEMBER_FLAG is 1; its value may be NULL.
bool api_members_is_set(const char *value);

// Reads a parameter that is a whole number from 0; *out stays as it is if text is NULL: it is
// absent. ERR_INVALID.
ERR_CHECKED int api_members_read_number(
    const char *name, const char *text, int64_t *out, struct err *err);

// Whether it is "." or "..": clients take these out of a path (RFC 3986, 5.2.4), so that nothing
// can be asked of what has such a name.
bool api_members_is_dots(const char *name);

// Reads a MAC in any form that people write. ERR_INVALID.
ERR_CHECKED int api_members_read_mac(const char *text, char out[MAC_SIZE], struct err *err);

#endif
