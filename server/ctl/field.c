// Members of the API's objects.
#include "server/ctl/field.h"

#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"

const char *field_text(const json_t *object, const char *name, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text != NULL ? text : otherwise;
}

int64_t field_integer(const json_t *object, const char *name, int64_t otherwise)
{
    const json_t *value = json_object_get(object, name);

    if (json_is_integer(value))
        return json_integer_value(value);
    if (json_is_real(value) && json_real_value(value) > -9e15 && json_real_value(value) < 9e15)
        return (int64_t)json_real_value(value);
    return otherwise;
}

bool field_has(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return value != NULL && !json_is_null(value);
}

bool field_is_true(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}

// Writes "-" and returns false unless the member is a number.
static bool read_number(
    const json_t *object, const char *name, int64_t *value, char out[TEXT_SHORT_SIZE])
{
    if (!json_is_number(json_object_get(object, name))) {
        snprintf(out, TEXT_SHORT_SIZE, "-");
        return false;
    }
    *value = field_integer(object, name, 0);
    return true;
}

void field_number(const json_t *object, const char *name, char out[TEXT_SHORT_SIZE])
{
    int64_t value;

    if (read_number(object, name, &value, out))
        snprintf(out, TEXT_SHORT_SIZE, "%lld", (long long)value);
}

void field_age(const json_t *object, const char *name, int64_t now_ms, char out[TEXT_SHORT_SIZE])
{
    int64_t value;

    if (read_number(object, name, &value, out))
        text_age(now_ms - value, out);
}

void field_duration(const json_t *object, const char *name, char out[TEXT_SHORT_SIZE])
{
    int64_t value;

    if (read_number(object, name, &value, out))
        text_age(value, out);
}

void field_time(const json_t *object, const char *name, char out[TEXT_SHORT_SIZE])
{
    char text[CLOCK_TEXT_SIZE];
    int64_t value;

    if (!read_number(object, name, &value, out))
        return;
    clock_format(value, text);
    snprintf(out, TEXT_SHORT_SIZE, "%.*s", TEXT_SHORT_SIZE - 1, text);
}

void field_print_pair(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    printf(" %s=", name);
    if (json_is_string(value)) {
        const char *quote = strpbrk(json_string_value(value), " =\"") != NULL ? "\"" : "";

        fputs(quote, stdout);
        text_print(stdout, json_string_value(value));
        fputs(quote, stdout);
    } else if (json_is_integer(value)) {
        printf("%lld", (long long)json_integer_value(value));
    } else {
        fputs("-", stdout);
    }
}
