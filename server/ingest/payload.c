// JSON from devices: checked before it is parsed, read member by member.
#include "server/ingest/payload.h"

#include <string.h>

#include "common/contract.h"
#include "server/base/utf8.h"

#define DEPTH_MAX 16

// Whether brackets nest deeper than the limit; text within quotes does not count.
static bool is_too_deep(const uint8_t *p, size_t n)
{
    int depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < n; i++) {
        if (quoted && p[i] == '\\')
            i++;
        else if (p[i] == '"')
            quoted = !quoted;
        else if (!quoted && (p[i] == '{' || p[i] == '['))
            depth++;
        else if (!quoted && (p[i] == '}' || p[i] == ']'))
            depth--;
        if (depth > DEPTH_MAX)
            return true;
    }
    return false;
}

static const char *describe(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_invalid_utf8: return "no valid UTF-8";
    case json_error_duplicate_key: return "a member occurs twice";
    case json_error_null_character:
    case json_error_null_byte_in_key: return "a NUL in a text";
    case json_error_numeric_overflow: return "a number beyond all bounds";
    case json_error_premature_end_of_input: return "cut off";
    default: return "no JSON";
    }
}

static int refuse(const char **reason, const char *text)
{
    *reason = text;
    return ERR_INVALID;
}

int payload_parse(const uint8_t *p, size_t n, json_t **out, const char **reason)
{
    json_error_t error;

    if (n == 0)
        return refuse(reason, "empty");
    if (n > CONTRACT_PAYLOAD_MAX)
        return refuse(reason, "too long");
    if (memchr(p, '\0', n) != NULL)
        return refuse(reason, "a NUL byte");
    if (is_too_deep(p, n))
        return refuse(reason, "nested too deep");

    json_t *json = json_loadb((const char *)p, n, JSON_REJECT_DUPLICATES, &error);

    // An integer beyond 64 bits is no reason to refuse the whole object. As real numbers are slow
    // to read, only then.
    if (json == NULL && json_error_code(&error) == json_error_numeric_overflow)
        json = json_loadb(
            (const char *)p, n, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
    if (json == NULL)
        return refuse(reason, describe(&error));
    if (!json_is_object(json)) {
        json_decref(json);
        return refuse(reason, "no JSON object");
    }
    *out = json;
    return 0;
}

bool payload_get_integer(
    const json_t *object, const char *member, int64_t min, int64_t max, int64_t *out)
{
    const json_t *value = json_object_get(object, member);

    if (!json_is_number(value))
        return false;
    if (json_is_integer(value)) {
        if (json_integer_value(value) < min || json_integer_value(value) > max)
            return false;
        *out = json_integer_value(value);
        return true;
    }

    double number = json_number_value(value);

    if (!(number >= (double)min && number <= (double)max))
        return false;

    int64_t integer = (int64_t)number;

    if ((double)integer < number || (double)integer > number)
        return false;
    *out = integer;
    return true;
}

static void copy_text(char *out, size_t size, const char *text, size_t n)
{
    if (n >= size)
        n = 0;
    memcpy(out, text, n);
    out[n] = '\0';
}

void payload_get_text(const json_t *object, const char *member, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(object, member));

    copy_text(out, size, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
}

void payload_get_text_cut(const json_t *object, const char *member, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(object, member));
    size_t n = 0;

    if (text == NULL)
        text = "";
    for (;;) {
        size_t length = utf8_sequence_length((const uint8_t *)text + n, strlen(text + n));

        if (length == 0 || n + length >= size)
            break;
        n += length;
    }
    copy_text(out, size, text, n);
}
