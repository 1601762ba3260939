#ifndef FIRMWARE_CORE_JSON_H
#define FIRMWARE_CORE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cJSON;

#define JSON_DEPTH_MAX 8 // nesting; more would need more stack than the device has

// Parses the n bytes of one JSON object, with nothing but white space behind it. Returns NULL if
// they are none; the caller frees with cJSON_Delete().
struct cJSON *json_parse_object(const char *text, size_t n);

// Copies a text, a member of the object that the n bytes are, with its NUL. False if there is none
// of that name, or it does not fit.
bool json_copy_text(const char *text, size_t n, const char *member, char *out, size_t size);

// Reads a whole number from 0 to 2^53, written as a number or as a string of digits. False, and
// *out untouched, if the item is none.
bool json_read_number(const struct cJSON *item, int64_t *out);

#endif
