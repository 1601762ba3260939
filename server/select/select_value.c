// The values of the filter language: numbers, durations, words, MACs, tags, texts.
#include "server/select/select_value.h"

#include <stdio.h>
#include <string.h>

#include "common/mac.h"

// From the largest.
static const struct {
    const char *name;
    int64_t ms;
} units[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};

#define UNITS (sizeof units / sizeof units[0])
#define DURATION_MAX_MS (INT64_C(36525) * 86400000)

// Reads digits up to a maximum; how many, or 0 if there are none or they are too many.
static size_t read_digits(const char *s, int64_t max, int64_t *out)
{
    size_t n = 0;

    *out = 0;
    for (; s[n] >= '0' && s[n] <= '9'; n++) {
        *out = *out * 10 + (s[n] - '0');
        if (*out > max)
            return 0;
    }
    return n;
}

static int read_number(const char *value, struct select_node *node, struct err *err)
{
    bool has_sign = value[0] == '-' || value[0] == '+';
    int64_t number;
    size_t n = read_digits(value + has_sign, SELECT_NUMBER_MAX, &number);

    if (n == 0 || value[has_sign + n] != '\0')
        return err_set(err, ERR_INVALID, "expected a number, as 12000 or -75");
    node->number = value[0] == '-' ? -number : number;
    return 0;
}

static int read_duration(const char *value, struct select_node *node, struct err *err)
{
    int64_t number;
    size_t n = read_digits(value, DURATION_MAX_MS, &number);

    for (size_t i = 0; n > 0 && i < UNITS; i++) {
        if (strcmp(value + n, units[i].name) == 0 && number <= DURATION_MAX_MS / units[i].ms) {
            node->number = number * units[i].ms;
            return 0;
        }
    }
    return err_set(
        err, ERR_INVALID, "expected a duration, as 90s, 5m, 1h, 2d or 200ms, of at most 100 years");
}

void select_value_write_duration(int64_t duration_ms, char *out, size_t size)
{
    size_t i = 0;

    while (i + 1 < UNITS && duration_ms % units[i].ms != 0)
        i++;
    snprintf(out, size, "%lld%s", (long long)(duration_ms / units[i].ms), units[i].name);
}

static int read_word(const struct select_field_rule *rule, const char *value,
    struct select_node *node, struct err *err)
{
    char words[128];

    for (size_t i = 0; rule->words[i] != NULL; i++) {
        if (strcmp(rule->words[i], value) == 0) {
            node->number = (int64_t)i;
            return 0;
        }
    }
    select_field_list_words(rule, words, sizeof words);
    return err_set(err, ERR_INVALID, "expected one of %s", words);
}

// The first digits of a MAC, with '*' behind them.
static bool read_mac_start(const char *value, char out[SELECT_VALUE_SIZE])
{
    size_t n = 0;

    for (const char *p = value; *p != '*'; p++) {
        if (*p == ':' || *p == '-')
            continue;
        if (n == MAC_LENGTH || *p == '\0' || strchr("0123456789abcdefABCDEF", *p) == NULL)
            return false;
        out[n++] = *p >= 'A' && *p <= 'F' ? (char)(*p - 'A' + 'a') : *p;
    }
    memcpy(out + n, "*", 2);
    return strchr(value, '*')[1] == '\0';
}

static int read_mac(
    const char *value, struct select_node *node, char out[SELECT_VALUE_SIZE], struct err *err)
{
    if (mac_parse(value, out))
        return 0;
    node->is_pattern = strchr(value, '*') != NULL && read_mac_start(value, out);
    return node->is_pattern ? 0
                            : err_set(err, ERR_INVALID,
                                  "expected a MAC of 12 hex digits, or its beginning and '*'");
}

static bool has_tag_letters(const char *text, const char *more)
{
    for (const char *p = text; *p != '\0'; p++) {
        bool is_letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z');

        if (!is_letter && !(*p >= '0' && *p <= '9') && strchr(more, *p) == NULL)
            return false;
    }
    return text[0] != '\0' && strlen(text) <= SELECT_VALUE_TAG_MAX;
}

bool select_value_is_tag(const char *text)
{
    return has_tag_letters(text, "._-");
}

static int read_text(const struct select_field_rule *rule, const char *value,
    struct select_node *node, char out[SELECT_VALUE_SIZE], struct err *err)
{
    if (rule->type == SELECT_TYPE_TAG && !has_tag_letters(value, "._-*?"))
        return err_set(err, ERR_INVALID,
            "expected a tag: at most %d letters, digits, '.', '_' or '-', or '*' and '?' for them",
            SELECT_VALUE_TAG_MAX);
    if (rule->type == SELECT_TYPE_GROUP && !select_value_is_tag(value))
        return err_set(err, ERR_INVALID,
            "expected a group's name: at most %d letters, digits, '.', '_' or '-'",
            SELECT_VALUE_TAG_MAX);
    node->is_pattern = strpbrk(value, "*?") != NULL;
    node->is_latest = rule == select_field_rule(SELECT_IMAGE) && strcmp(value, "latest") == 0;
    snprintf(out, SELECT_VALUE_SIZE, "%s", value);
    return 0;
}

int select_value_read(const struct select_field_rule *rule, const char *value,
    struct select_node *node, char out[SELECT_VALUE_SIZE], struct err *err)
{
    out[0] = '\0';
    switch (rule->type) {
    case SELECT_TYPE_NUMBER: return read_number(value, node, err);
    case SELECT_TYPE_DURATION:
    case SELECT_TYPE_AGE: return read_duration(value, node, err);
    case SELECT_TYPE_WORD: return read_word(rule, value, node, err);
    case SELECT_TYPE_MAC: return read_mac(value, node, out, err);
    default: return read_text(rule, value, node, out, err);
    }
}

bool select_value_is_bare(char c)
{
    return (unsigned char)c > ' ' && c != '\x7f' && strchr("()\"\\=!<>", c) == NULL;
}
