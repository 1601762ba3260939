#ifndef METRICS_TEXT_H
#define METRICS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What Prometheus scrapes: its text format 0.0.4, or OpenMetrics 1.0. Knows no business.

enum metrics_type { METRICS_GAUGE, METRICS_COUNTER };

// All static text. The name says the unit (_seconds, _bytes); a counter's ends in _total.
struct metrics_family {
    const char *name;
    enum metrics_type type;
    const char *help; // one line, without '\' and '"'
};

// Of a sample; behind the last one stands {0}. The value may be any bytes.
struct metrics_label {
    const char *name;
    const char *value;
};

// A growing text. Begins as {0}, or with is_open_metrics set. Without memory it is marked as
// failed, and what is added afterwards is ignored.
struct metrics_text {
    char *p; // no NUL at its end
    size_t n;
    size_t room;
    bool is_open_metrics;
    bool failed;
    const struct metrics_family *family; // whose samples follow
};

void metrics_text_clear(struct metrics_text *text);

// Begins a family: its samples follow, and none of it may come later.
void metrics_text_begin(struct metrics_text *text, const struct metrics_family *family);

// Add a sample of the family: a number, or milliseconds as seconds. labels: NULL if it has none. A
// label's value is escaped; of bytes that are no UTF-8 each becomes U+FFFD.
void metrics_text_add(struct metrics_text *text, const struct metrics_label *labels, int64_t value);
void metrics_text_add_seconds(
    struct metrics_text *text, const struct metrics_label *labels, int64_t value_ms);

// A family with one sample, without labels.
void metrics_text_put(
    struct metrics_text *text, const struct metrics_family *family, int64_t value);

// Ends the text.
void metrics_text_end(struct metrics_text *text);

// How the text is called (Content-Type).
const char *metrics_text_type(bool is_open_metrics);

// Whether a client that says so (Accept; NULL: it says nothing) takes OpenMetrics 1.0.
bool metrics_text_is_wanted_open(const char *accept);

#endif
