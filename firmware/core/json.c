// JSON as the device reads it: one small object.
#include "firmware/core/json.h"

#include <string.h>

#include <cjson/cJSON.h>

#define NUMBER_MAX 9007199254740992.0 // 2^53: above it a double skips numbers
#define DIGITS_MAX 15

static bool is_shallow(const char *text, size_t n)
{
    int depth = 0;
    bool in_string = false;

    for (size_t i = 0; i < n; i++) {
        char c = text[i];

        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '{' || c == '['))
            depth++;
        else if (!in_string && (c == '}' || c == ']'))
            depth--;
        if (depth > JSON_DEPTH_MAX)
            return false;
    }
    return true;
}

static bool is_blank(const char *p, const char *end)
{
    for (; p < end; p++) {
        if (*p != ' ' && *p != '\t' && *p != '\r' && *p != '\n')
            return false;
    }
    return true;
}

struct cJSON *json_parse_object(const char *text, size_t n)
{
    const char *end = NULL;

    if (n == 0 || !is_shallow(text, n))
        return NULL;

    cJSON *json = cJSON_ParseWithLengthOpts(text, n, &end, false);

    if (json != NULL && (!cJSON_IsObject(json) || !is_blank(end, text + n))) {
        cJSON_Delete(json);
        return NULL;
    }
    return json;
}

bool json_copy_text(const char *text, size_t n, const char *member, char *out, size_t size)
{
    cJSON *json = json_parse_object(text, n);
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, member));
    bool fits = value != NULL && strlen(value) < size;

    if (fits)
        strcpy(out, value);
    cJSON_Delete(json);
    return fits;
}

static bool read_digits(const char *s, int64_t *out)
{
    int64_t value = 0;
    size_t n = strlen(s);

    if (n == 0 || n > DIGITS_MAX)
        return false;
    for (; *s != '\0'; s++) {
        if (*s < '0' || *s > '9')
            return false;
        value = value * 10 + (*s - '0');
    }
    *out = value;
    return true;
}

bool json_read_number(const struct cJSON *item, int64_t *out)
{
    if (cJSON_IsString(item))
        return read_digits(item->valuestring, out);
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= NUMBER_MAX))
        return false;

    int64_t value = (int64_t)item->valuedouble;
    double back = (double)value;

    if (back < item->valuedouble || back > item->valuedouble)
        return false;
    *out = value;
    return true;
}
