// Conditions as SQL, piece by piece.
#include "server/store/where_text.h"

#include <stdlib.h>
#include <string.h>

struct where_text_value {
    char *text; // NULL: a number
    int64_t number;
};

int where_text_open(struct where_text *text, int parameters, struct err *err)
{
    *text = (struct where_text){.parameter = parameters};
    text->out = open_memstream(&text->text, &text->size);
    return text->out != NULL ? 0 : err_set(err, ERR_NO_MEMORY, "no memory for a filter");
}

void where_text_put(struct where_text *text, const char *sql)
{
    if (fputs(sql, text->out) == EOF)
        text->failed = true;
}

// Writes the next parameter, whose value that is; takes the text.
static void put_value(struct where_text *text, char *value, int64_t number)
{
    if (text->count == text->capacity) {
        size_t capacity = text->capacity > 0 ? 2 * text->capacity : 16;
        void *values = realloc(text->values, capacity * sizeof *text->values);

        if (values == NULL) {
            text->failed = true;
            free(value);
            return;
        }
        text->values = values;
        text->capacity = capacity;
    }
    text->values[text->count++] = (struct where_text_value){value, number};
    if (fprintf(text->out, "?%d", ++text->parameter) < 0)
        text->failed = true;
}

void where_text_put_number(struct where_text *text, int64_t number)
{
    put_value(text, NULL, number);
}

void where_text_put_text(struct where_text *text, const char *value)
{
    char *copy = strdup(value);

    if (copy == NULL)
        text->failed = true;
    else
        put_value(text, copy, 0);
}

// As GLOB has it, where '[' is one more.
static void put_pattern(struct where_text *text, const char *pattern)
{
    char *glob = malloc(3 * strlen(pattern) + 1);
    size_t n = 0;

    if (glob == NULL) {
        text->failed = true;
        return;
    }
    for (const char *p = pattern; *p != '\0'; p++) {
        if (*p == '[') {
            memcpy(glob + n, "[[]", 3);
            n += 3;
        } else {
            glob[n++] = *p;
        }
    }
    glob[n] = '\0';
    put_value(text, glob, 0);
}

void where_text_put_match(
    struct where_text *text, const char *column, const char *value, bool is_pattern)
{
    if (is_pattern) {
        where_text_put(text, "glob(");
        put_pattern(text, value);
        where_text_put(text, ", ");
        where_text_put(text, column);
        where_text_put(text, ") = 1");
    } else {
        where_text_put(text, column);
        where_text_put(text, " = ");
        where_text_put_text(text, value);
    }
}

void where_text_put_images(struct where_text *text, const struct device_images *images)
{
    if (images->count == 0)
        where_text_put(text, "1 = 0");
    else
        where_text_put(text, "image IN (");
    for (size_t i = 0; i < images->count; i++) {
        if (i > 0)
            where_text_put(text, ", ");
        where_text_put_text(text, images->names[i]);
    }
    if (images->count > 0)
        where_text_put(text, ")");
}

int where_text_close(struct where_text *text, struct err *err)
{
    text->failed |= fclose(text->out) != 0;
    text->out = NULL;
    return text->failed ? err_set(err, ERR_NO_MEMORY, "no memory for a filter") : 0;
}

void where_text_bind(const struct where_text *text, struct statement *s)
{
    for (size_t i = 0; i < text->count; i++) {
        if (text->values[i].text != NULL)
            statement_bind_text(s, text->values[i].text);
        else
            statement_bind_int(s, text->values[i].number);
    }
}

void where_text_clear(struct where_text *text)
{
    for (size_t i = 0; i < text->count; i++)
        free(text->values[i].text);
    free(text->values);
    free(text->text);
}
