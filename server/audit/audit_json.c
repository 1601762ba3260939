// Small JSON objects in canonical form.
#include "server/audit/audit_json.h"

#include <stdio.h>
#include <string.h>

#include "server/base/utf8.h"

static void add(struct audit_json *json, const char *text, size_t n)
{
    if (json->failed || n >= sizeof json->text - json->n) {
        json->failed = true;
        return;
    }
    memcpy(json->text + json->n, text, n);
    json->n += n;
    json->text[json->n] = '\0';
}

static void add_literal(struct audit_json *json, const char *text)
{
    add(json, text, strlen(text));
}

static void add_string(struct audit_json *json, const char *s)
{
    char escaped[8];

    if (s[0] == '\0' || !utf8_is_valid(s)) {
        add_literal(json, "null");
        return;
    }
    add_literal(json, "\"");
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;

        if (c == '"' || c == '\\')
            snprintf(escaped, sizeof escaped, "\\%c", c);
        else if (c < 0x20)
            snprintf(escaped, sizeof escaped, "\\u%04x", c);
        if (c == '"' || c == '\\' || c < 0x20)
            add_literal(json, escaped);
        else
            add(json, s, 1);
    }
    add_literal(json, "\"");
}

// The object ends with its brace at any time: that makes room for one more member.
static void begin_member(struct audit_json *json, const char *name)
{
    if (json->n == 0) {
        add_literal(json, "{\"");
    } else {
        json->n--;
        add_literal(json, ",\"");
    }
    add_literal(json, name);
    add_literal(json, "\":");
}

void audit_json_add_text(struct audit_json *json, const char *name, const char *value)
{
    begin_member(json, name);
    add_string(json, value);
    add_literal(json, "}");
}

void audit_json_add_number(struct audit_json *json, const char *name, int64_t value)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%lld", (long long)value);
    begin_member(json, name);
    add_literal(json, digits);
    add_literal(json, "}");
}

void audit_json_add_flag(struct audit_json *json, const char *name, bool value)
{
    begin_member(json, name);
    add_literal(json, value ? "true" : "false");
    add_literal(json, "}");
}

void audit_json_add_list(struct audit_json *json, const char *name, size_t count,
    const char *(*text)(size_t i, void *ctx), void *ctx)
{
    begin_member(json, name);
    add_literal(json, "[");
    for (size_t i = 0; i < count && i < AUDIT_JSON_NAMED_MAX; i++) {
        if (i > 0)
            add_literal(json, ",");
        add_string(json, text(i, ctx));
    }
    add_literal(json, "]}");
}
