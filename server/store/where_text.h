#ifndef WHERE_TEXT_H
#define WHERE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "server/base/err.h"
#include "server/store/device_images.h"
#include "server/store/statement.h"

// Conditions as SQL under way: constant text, and the values of its parameters. That there is no
// memory is said at the end.

struct where_text_value;

struct where_text {
    FILE *out;  // to text
    char *text; // once it is closed
    size_t size;
    struct where_text_value *values;
    size_t count, capacity;
    int parameter; // the last one's number
    bool failed;   // no memory
};

// Begins with that many parameters taken. ERR_NO_MEMORY, and nothing to clear.
ERR_CHECKED int where_text_open(struct where_text *text, int parameters, struct err *err);

// Adds constant text.
void where_text_put(struct where_text *text, const char *sql);

// Add the next parameter.
void where_text_put_number(struct where_text *text, int64_t number);
void where_text_put_text(struct where_text *text, const char *value);

// "column = ?1", or for a pattern what fits it as select_match() has it.
void where_text_put_match(
    struct where_text *text, const char *column, const char *value, bool is_pattern);

// "image IN (?1, ?2)"
void where_text_put_images(struct where_text *text, const struct device_images *images);

// Ends the text. ERR_NO_MEMORY, also of all before.
ERR_CHECKED int where_text_close(struct where_text *text, struct err *err);

// After where_text_close(); the texts are borrowed until statement_close().
void where_text_bind(const struct where_text *text, struct statement *s);

void where_text_clear(struct where_text *text);

#endif
