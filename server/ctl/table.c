// Tables for people.
#include "server/ctl/table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "server/ctl/text.h"

#define GAP 2
#define FREE_MAX 32 // columns that free text widens its column to, where nothing is cut

struct cell {
    char *text; // escaped
    enum table_style style;
};

struct table {
    const struct table_column *columns;
    size_t column_count;
    struct cell *cells; // row after row
    size_t cell_count;
    size_t cell_room;
    bool failed;
    size_t *widths; // of what was flushed, in columns; NULL: nothing was
};

struct table *table_new(const struct table_column *columns, size_t count)
{
    struct table *table = calloc(1, sizeof *table);

    if (table == NULL)
        return NULL;
    table->columns = columns;
    table->column_count = count;
    return table;
}

static void clear_cells(struct table *table)
{
    for (size_t i = 0; i < table->cell_count; i++)
        free(table->cells[i].text);
    table->cell_count = 0;
}

void table_free(struct table *table)
{
    if (table == NULL)
        return;
    clear_cells(table);
    free(table->cells);
    free(table->widths);
    free(table);
}

static bool make_room(struct table *table)
{
    size_t room = table->cell_room == 0 ? 64 : 2 * table->cell_room;
    struct cell *grown;

    if (table->cell_count < table->cell_room)
        return true;
    grown = realloc(table->cells, room * sizeof *grown);
    if (grown == NULL)
        return false;
    table->cells = grown;
    table->cell_room = room;
    return true;
}

void table_add(struct table *table, enum table_style style, const char *text)
{
    if (table == NULL || table->failed)
        return;

    char *escaped = text_escape(text[0] != '\0' ? text : "-");

    if (escaped == NULL || !make_room(table)) {
        free(escaped);
        table->failed = true;
        return;
    }
    table->cells[table->cell_count++] = (struct cell){.text = escaped, .style = style};
}

// Where nothing is cut, one long text must not push what follows far to the right in all rows.
static bool widens(const struct table *table, const struct terminal *terminal, size_t column)
{
    return terminal->columns != 0 || table->columns[column].cut != TABLE_CUT_END;
}

static void measure(const struct table *table, const struct terminal *terminal, size_t *widths)
{
    for (size_t i = 0; i < table->column_count; i++)
        widths[i] = table->widths != NULL ? table->widths[i] : strlen(table->columns[i].title);
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t width = text_width(table->cells[i].text);
        size_t place = i % table->column_count;
        size_t *column = &widths[place];

        if (width > FREE_MAX && !widens(table, terminal, place))
            width = FREE_MAX;
        if (width > *column)
            *column = width;
    }
}

// The widest of the columns that are cut in that way and can still give; NULL if there is none.
static size_t *find_widest(const struct table *table, enum table_cut cut, size_t *widths)
{
    size_t *widest = NULL;

    for (size_t i = 0; i < table->column_count; i++) {
        const struct table_column *column = &table->columns[i];

        if (column->cut == cut && widths[i] > column->width_min &&
            (widest == NULL || widths[i] > *widest))
            widest = &widths[i];
    }
    return widest;
}

// Cuts columns down until all fit or no more can be taken: free text first, then names, which tell
// things apart.
static void fit(const struct table *table, size_t room, size_t *widths)
{
    size_t total = GAP * (table->column_count - 1);

    for (size_t i = 0; i < table->column_count; i++)
        total += widths[i];
    for (; total > room; total--) {
        size_t *widest = find_widest(table, TABLE_CUT_END, widths);

        if (widest == NULL)
            widest = find_widest(table, TABLE_CUT_MIDDLE, widths);
        if (widest == NULL)
            return;
        --*widest;
    }
}

static const char *skip(const char *s, size_t columns)
{
    while (columns > 0 && *s != '\0') {
        s++;
        while (((unsigned char)*s & 0xc0) == 0x80)
            s++;
        columns--;
    }
    return s;
}

// Prints a text in at most width columns; where the middle goes, the end keeps the larger part,
// since that is where image names differ.
static void print_cut(const char *text, size_t width, enum table_cut cut, FILE *out)
{
    size_t full = text_width(text);

    if (full <= width) {
        fputs(text, out);
        return;
    }

    size_t head = cut == TABLE_CUT_MIDDLE ? (width - 1) / 3 : width - 1;
    size_t tail = width - 1 - head;

    (void)fwrite(text, 1, (size_t)(skip(text, head) - text), out);
    fputs("…", out);
    fputs(skip(text, full - tail), out);
}

static const char *colour_of(enum table_style style)
{
    switch (style) {
    case TABLE_GOOD: return "\033[32m";
    case TABLE_BAD: return "\033[31m";
    case TABLE_DIM: return "\033[2m";
    case TABLE_PLAIN: break;
    }
    return "";
}

static void print_cell(
    const struct table_column *column, size_t width, const char *text, bool last, FILE *out)
{
    size_t used = text_width(text) < width ? text_width(text) : width;
    size_t pad = width - used;

    if (column->align == TABLE_RIGHT)
        fprintf(out, "%*s", (int)pad, "");
    print_cut(text, width, column->cut, out);
    if (column->align == TABLE_LEFT && !last)
        fprintf(out, "%*s", (int)pad, "");
    if (!last)
        fprintf(out, "%*s", GAP, "");
}

static void print_titles(const struct table *table, const size_t *widths, FILE *out)
{
    size_t count = table->column_count;

    for (size_t i = 0; i < count; i++)
        print_cell(&table->columns[i], widths[i], table->columns[i].title, i + 1 == count, out);
    fputc('\n', out);
}

static void print_rows(
    const struct table *table, const struct terminal *terminal, const size_t *widths, FILE *out)
{
    size_t count = table->column_count;

    for (size_t i = 0; i < table->cell_count; i++) {
        size_t place = i % count;
        bool last = place + 1 == count;
        const struct cell *cell = &table->cells[i];
        bool coloured = terminal->colour && cell->style != TABLE_PLAIN;
        size_t full = text_width(cell->text);
        size_t width = full > widths[place] && terminal->columns == 0 ? full : widths[place];

        if (coloured)
            fputs(colour_of(cell->style), out);
        print_cell(&table->columns[place], width, cell->text, last, out);
        if (coloured)
            fputs("\033[0m", out);
        if (last)
            fputc('\n', out);
    }
}

// *natural: the widths that all has that was printed so far; the caller frees them.
static int print(const struct table *table, const struct terminal *terminal, FILE *out,
    size_t **natural, struct err *err)
{
    bool has_memory = table != NULL && !table->failed;
    size_t *widths = has_memory ? calloc(2 * table->column_count, sizeof *widths) : NULL;
    size_t *fitted;

    if (widths == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a table");
    fitted = widths + table->column_count;
    measure(table, terminal, widths);
    memcpy(fitted, widths, table->column_count * sizeof *widths);
    if (terminal->columns != 0)
        fit(table, terminal->columns, fitted);
    if (table->widths == NULL)
        print_titles(table, fitted, out);
    print_rows(table, terminal, fitted, out);
    *natural = widths;
    return 0;
}

int table_print(
    const struct table *table, const struct terminal *terminal, FILE *out, struct err *err)
{
    size_t *widths = NULL;
    int rc = print(table, terminal, out, &widths, err);

    free(widths);
    return rc;
}

int table_flush(struct table *table, const struct terminal *terminal, FILE *out, struct err *err)
{
    size_t *widths = NULL;
    int rc = print(table, terminal, out, &widths, err);

    if (rc < 0)
        return rc;
    free(table->widths);
    table->widths = widths;
    clear_cells(table);
    return 0;
}
