#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "server/base/err.h"
#include "server/ctl/terminal.h"

enum table_align { TABLE_LEFT, TABLE_RIGHT };

enum table_style { TABLE_PLAIN, TABLE_GOOD, TABLE_BAD, TABLE_DIM };

// Where a cell that is too wide loses its text.
enum table_cut { TABLE_CUT_NEVER, TABLE_CUT_END, TABLE_CUT_MIDDLE };

struct table_column {
    const char *title;
    enum table_align align;
    enum table_cut cut;
    size_t width_min; // a column that is cut keeps so much
};

// Rows of text under titles. What finds no memory is remembered till table_print().
struct table;

// The columns are borrowed. NULL without memory, which the other functions take.
struct table *table_new(const struct table_column *columns, size_t count);
void table_free(struct table *table);

// Appends a cell, row by row from left to right; "" is shown as "-". The text is escaped
// (text.h).
void table_add(struct table *table, enum table_style style, const char *text);

// Prints titles and rows, within the terminal's width if it has one; else nothing is cut, and free
// text (TABLE_CUT_END) of more than 32 columns moves what follows in its own row only.
// ERR_NO_MEMORY.
ERR_CHECKED int table_print(
    const struct table *table, const struct terminal *terminal, FILE *out, struct err *err);

// The same, and forgets the rows: more may be added and printed below. The titles come once, and a
// column never gets narrower.
ERR_CHECKED int table_flush(
    struct table *table, const struct terminal *terminal, FILE *out, struct err *err);

#endif
