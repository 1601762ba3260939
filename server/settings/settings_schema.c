// Schemas of an app's members.
#include "server/settings/settings_schema.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/config_member.h"

static const struct {
    const char *name;
    const char *article;
} types[] = {
    {"string", "a"},
    {"integer", "an"},
    {"number", "a"},
    {"boolean", "a"},
    {"object", "an"},
    {"array", "an"},
};

#define TYPES (sizeof types / sizeof types[0])

// Of a value: "integer" is a number without a fraction, as 3.0 is too.
static bool is_integer(const json_t *value)
{
    double real = json_real_value(value);

    if (json_is_integer(value))
        return true;
    return json_is_real(value) && real > -9e15 && real < 9e15 && real == (double)(int64_t)real;
}

static bool is_of_type(const json_t *value, const char *type)
{
    switch (json_typeof(value)) {
    case JSON_STRING: return strcmp(type, "string") == 0;
    case JSON_INTEGER:
    case JSON_REAL:
        return strcmp(type, "number") == 0 || (strcmp(type, "integer") == 0 && is_integer(value));
    case JSON_TRUE:
    case JSON_FALSE: return strcmp(type, "boolean") == 0;
    case JSON_OBJECT: return strcmp(type, "object") == 0;
    case JSON_ARRAY: return strcmp(type, "array") == 0;
    default: return false;
    }
}

static size_t find_type(const char *name)
{
    size_t i = 0;

    while (i < TYPES && (name == NULL || strcmp(types[i].name, name) != 0))
        i++;
    return i;
}

static int read_word(const char *word, const json_t *value, struct err *err)
{
    if (strcmp(word, "type") == 0)
        return find_type(json_string_value(value)) < TYPES
                   ? 0
                   : err_set(err, ERR_INVALID,
                         "\"type\" is not one of string, integer, number, boolean, object, array");
    if (strcmp(word, "minimum") == 0 || strcmp(word, "maximum") == 0)
        return json_is_number(value) ? 0 : err_set(err, ERR_INVALID, "\"%s\" is no number", word);
    if (strcmp(word, "maxLength") == 0)
        return json_is_integer(value) && json_integer_value(value) >= 0
                   ? 0
                   : err_set(err, ERR_INVALID, "\"maxLength\" is no whole number from 0 on");
    if (strcmp(word, "description") == 0)
        return json_is_string(value) ? 0 : err_set(err, ERR_INVALID, "\"description\" is no text");
    return err_set(err, ERR_INVALID,
        "unknown word \"%.40s\"; there are type, minimum, maximum, maxLength, description", word);
}

// No value would meet a minimum above the maximum.
static int check_range(const json_t *rule, struct err *err)
{
    const json_t *min = json_object_get(rule, "minimum");
    const json_t *max = json_object_get(rule, "maximum");

    return min == NULL || max == NULL || json_number_value(min) <= json_number_value(max)
               ? 0
               : err_set(err, ERR_INVALID, "\"minimum\" is above \"maximum\"");
}

static int read_rule(const json_t *rule, struct err *err)
{
    const char *word;
    const json_t *value;
    int rc = json_is_object(rule) ? 0 : err_set(err, ERR_INVALID, "it is no object");

    json_object_foreach((json_t *)(uintptr_t)rule, word, value)
    {
        if (rc == 0)
            rc = read_word(word, value, err);
    }
    return rc < 0 ? rc : check_range(rule, err);
}

static bool is_name(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    return n > 0 && n <= SETTINGS_SCHEMA_NAME_MAX && name[n] == '\0';
}

static bool is_taken(const char *name)
{
    for (size_t i = 0; i < CONFIG_MEMBER_COUNT; i++) {
        if (strcmp(config_member_table[i].name, name) == 0)
            return true;
    }
    return false;
}

static int read_property(const char *name, const json_t *rule, struct err *err)
{
    if (!is_name(name))
        return err_set(err, ERR_INVALID,
            "schema: \"%.40s\" is no name of 1 to %d letters, digits, '_' and '-'", name,
            SETTINGS_SCHEMA_NAME_MAX);
    if (is_taken(name))
        return err_set(err, ERR_INVALID,
            "schema: %s is not the app's: devices have limits of their own for it", name);

    int rc = read_rule(rule, err);

    return rc < 0 ? err_context(err, "schema: %s", name) : 0;
}

static int read_properties(const json_t *schema, json_t **rules, struct err *err)
{
    json_t *properties = json_object_get(schema, "properties");
    const char *name;
    const json_t *rule;
    int rc = 0;

    if (!json_is_object(properties) || json_object_size(schema) != 1)
        return err_set(err, ERR_INVALID,
            "schema: it must be an object with \"properties\", an object, and nothing else");
    if (json_object_size(properties) == 0 ||
        json_object_size(properties) > SETTINGS_SCHEMA_MEMBERS_MAX)
        return err_set(err, ERR_INVALID, "schema: it must have 1 to %d properties",
            SETTINGS_SCHEMA_MEMBERS_MAX);
    json_object_foreach(properties, name, rule)
    {
        if (rc == 0)
            rc = read_property(name, rule, err);
    }
    if (rc == 0)
        *rules = json_incref(properties);
    return rc;
}

const char *settings_schema_why(const json_error_t *why)
{
    enum json_error_code code = json_error_code(why);

    return code == json_error_null_character || code == json_error_null_byte_in_key
               ? "it has a \\u0000, which no text can have here"
               : why->text;
}

int settings_schema_read(const uint8_t *p, size_t n, json_t **rules, struct err *err)
{
    json_error_t why = {.line = 1};
    json_t *schema;
    int rc;

    if (n > SETTINGS_SCHEMA_SIZE_MAX)
        return err_set(
            err, ERR_TOO_LARGE, "schema: it has more than %d bytes", SETTINGS_SCHEMA_SIZE_MAX);
    schema = n > 0 ? json_loadb((const char *)p, n, JSON_REJECT_DUPLICATES, &why) : NULL;
    if (schema == NULL)
        return err_set(err, ERR_INVALID, "schema: line %d, column %d: it is no JSON object: %s",
            why.line, why.column, n > 0 ? settings_schema_why(&why) : "it is empty");
    rc = read_properties(schema, rules, err);
    json_decref(schema);
    return rc;
}

static int judge_number(const json_t *rule, const json_t *value, struct err *err)
{
    const json_t *min = json_object_get(rule, "minimum");
    const json_t *max = json_object_get(rule, "maximum");
    double number = json_number_value(value);

    if (min != NULL && number < json_number_value(min))
        return err_set(err, ERR_INVALID, "is less than %.17g", json_number_value(min));
    if (max != NULL && number > json_number_value(max))
        return err_set(err, ERR_INVALID, "is more than %.17g", json_number_value(max));
    return 0;
}

static int judge_string(const json_t *rule, const json_t *value, struct err *err)
{
    const json_t *max = json_object_get(rule, "maxLength");
    const char *text = json_string_value(value);
    json_int_t characters = 0;

    for (size_t i = 0; i < json_string_length(value); i++)
        characters += ((unsigned char)text[i] & 0xc0) != 0x80;
    if (max != NULL && characters > json_integer_value(max))
        return err_set(
            err, ERR_INVALID, "has more than %lld characters", (long long)json_integer_value(max));
    return 0;
}

int settings_schema_judge(const json_t *rule, const json_t *value, struct err *err)
{
    const char *type = json_string_value(json_object_get(rule, "type"));
    size_t i = find_type(type);

    if (i < TYPES && !is_of_type(value, type))
        return err_set(err, ERR_INVALID, "is not %s %s", types[i].article, types[i].name);
    if (json_is_number(value))
        return judge_number(rule, value, err);
    return json_is_string(value) ? judge_string(rule, value, err) : 0;
}
