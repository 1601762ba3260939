// What Prometheus scrapes, as text.
#include "server/metrics/metrics_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/utf8.h"

#define TOTAL "_total"
#define REPLACEMENT "\xef\xbf\xbd" // U+FFFD

static const char *const type_names[] = {
    [METRICS_GAUGE] = "gauge",
    [METRICS_COUNTER] = "counter",
};

void metrics_text_clear(struct metrics_text *text)
{
    free(text->p);
    *text = (struct metrics_text){0};
}

static void add_bytes(struct metrics_text *text, const char *p, size_t n)
{
    if (text->failed)
        return;
    if (n > text->room - text->n) {
        size_t room = 2 * (text->room + n);
        char *grown = realloc(text->p, room);

        if (grown == NULL) {
            text->failed = true;
            return;
        }
        text->p = grown;
        text->room = room;
    }
    memcpy(text->p + text->n, p, n);
    text->n += n;
}

static void add(struct metrics_text *text, const char *s)
{
    add_bytes(text, s, strlen(s));
}

// OpenMetrics names a family of counters without what its samples end in.
static size_t family_length(const struct metrics_text *text, const struct metrics_family *family)
{
    size_t n = strlen(family->name);
    bool is_cut = text->is_open_metrics && family->type == METRICS_COUNTER && n > strlen(TOTAL) &&
                  strcmp(family->name + n - strlen(TOTAL), TOTAL) == 0;

    return is_cut ? n - strlen(TOTAL) : n;
}

void metrics_text_begin(struct metrics_text *text, const struct metrics_family *family)
{
    size_t n = family_length(text, family);

    text->family = family;
    add(text, "# HELP ");
    add_bytes(text, family->name, n);
    add(text, " ");
    add(text, family->help);
    add(text, "\n# TYPE ");
    add_bytes(text, family->name, n);
    add(text, " ");
    add(text, type_names[family->type]);
    add(text, "\n");
}

// Writes the next character of n bytes, and returns how many it has.
static size_t add_character(struct metrics_text *text, const char *s, size_t n)
{
    size_t length = utf8_sequence_length((const uint8_t *)s, n);

    if (length == 0)
        add(text, REPLACEMENT);
    else if (*s == '\n')
        add(text, "\\n");
    else if (*s == '\\' || *s == '"')
        add_bytes(text, (const char[]){'\\', *s}, 2);
    else
        add_bytes(text, s, length);
    return length > 0 ? length : 1;
}

static void add_value(struct metrics_text *text, const char *s)
{
    size_t n = strlen(s);

    for (size_t i = 0; i < n;)
        i += add_character(text, s + i, n - i);
}

static void add_sample(
    struct metrics_text *text, const struct metrics_label *labels, const char *number)
{
    const char *before = "{";

    add(text, text->family->name);
    for (size_t i = 0; labels != NULL && labels[i].name != NULL; i++) {
        add(text, before);
        add(text, labels[i].name);
        add(text, "=\"");
        add_value(text, labels[i].value);
        add(text, "\"");
        before = ",";
    }
    add(text, *before == ',' ? "} " : " ");
    add(text, number);
    add(text, "\n");
}

void metrics_text_add(struct metrics_text *text, const struct metrics_label *labels, int64_t value)
{
    char number[24];

    snprintf(number, sizeof number, "%" PRId64, value);
    add_sample(text, labels, number);
}

void metrics_text_add_seconds(
    struct metrics_text *text, const struct metrics_label *labels, int64_t value_ms)
{
    uint64_t size = value_ms < 0 ? -(uint64_t)value_ms : (uint64_t)value_ms;
    char number[32];

    snprintf(number, sizeof number, "%s%" PRIu64 ".%03" PRIu64, value_ms < 0 ? "-" : "",
        size / 1000, size % 1000);
    add_sample(text, labels, number);
}

void metrics_text_put(struct metrics_text *text, const struct metrics_family *family, int64_t value)
{
    metrics_text_begin(text, family);
    metrics_text_add(text, NULL, value);
}

void metrics_text_end(struct metrics_text *text)
{
    if (text->is_open_metrics)
        add(text, "# EOF\n");
}

const char *metrics_text_type(bool is_open_metrics)
{
    return is_open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                           : "text/plain; version=0.0.4; charset=utf-8";
}

bool metrics_text_is_wanted_open(const char *accept)
{
    static const char type[] = "application/openmetrics-text";
    const char *p = accept;

    while (p != NULL && (p = strstr(p, type)) != NULL) {
        size_t n = strcspn(p, ",");
        const char *version = strstr(p, "version=1.0.0");

        if (version != NULL && version < p + n)
            return true;
        p += n;
    }
    return false;
}
