// Tables of what requests may bring.
#include "server/api/api_members.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const type_names[] = {
    [API_MEMBER_TEXT] = "a text",
    [API_MEMBER_FLAG] = "true or false",
    [API_MEMBER_TEXTS] = "an array of texts",
    [API_MEMBER_INTEGERS] = "an array of whole numbers",
    [API_MEMBER_INTEGER] = "a whole number",
    [API_MEMBER_OBJECTS] = "an array of objects",
    [API_MEMBER_OBJECT] = "an object",
};

static const struct api_member *find(const struct api_member *table, const char *name)
{
    for (; table != NULL && table->name != NULL; table++) {
        if (strcmp(table->name, name) == 0)
            return table;
    }
    return NULL;
}

// "mac, all, command", or "none".
static void list_names(const struct api_member *table, char *out, size_t size)
{
    size_t n = 0;

    snprintf(out, size, "none");
    for (; table != NULL && table->name != NULL && n < size; table++)
        n += (size_t)snprintf(out + n, size - n, "%s%s", n > 0 ? ", " : "", table->name);
}

static int refuse_unknown(
    const char *what, const char *name, const struct api_member *table, struct err *err)
{
    char names[160];

    list_names(table, names, sizeof names);
    return err_set(err, ERR_INVALID, "unknown %s \"%.40s\"; there are: %s", what, name, names);
}

static bool is_array_of(const json_t *value, json_type type)
{
    if (!json_is_array(value))
        return false;
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (json_typeof(json_array_get(value, i)) != type)
            return false;
    }
    return true;
}

static bool fits(const json_t *value, enum api_member_type type)
{
    switch (type) {
    case API_MEMBER_TEXT: return json_is_string(value);
    case API_MEMBER_FLAG: return json_is_boolean(value);
    case API_MEMBER_TEXTS: return is_array_of(value, JSON_STRING);
    case API_MEMBER_INTEGERS: return is_array_of(value, JSON_INTEGER);
    case API_MEMBER_INTEGER: return json_is_integer(value);
    case API_MEMBER_OBJECTS: return is_array_of(value, JSON_OBJECT);
    case API_MEMBER_OBJECT: return json_is_object(value);
    }
    return false;
}

int api_members_check(const json_t *object, const struct api_member *table, struct err *err)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)object, name, value)
    {
        const struct api_member *member = find(table, name);

        if (member == NULL)
            return refuse_unknown("member", name, table, err);
        if (!fits(value, member->type))
            return err_set(err, ERR_INVALID, "\"%s\" must be %s", name, type_names[member->type]);
    }
    return 0;
}

int api_members_read(
    const uint8_t *p, size_t n, const struct api_member *table, json_t **out, struct err *err)
{
    json_error_t why = {.text = "it is empty"};
    json_t *body = n > 0 ? json_loadb((const char *)p, n, JSON_REJECT_DUPLICATES, &why) : NULL;
    int rc;

    if (body == NULL && n > 0 &&
        (json_error_code(&why) == json_error_null_character ||
            json_error_code(&why) == json_error_null_byte_in_key))
        return err_set(err, ERR_INVALID, "the body has a \\u0000, which no text can have here");
    if (body == NULL)
        return err_set(err, ERR_INVALID, "the body is not a JSON object: %s", why.text);
    rc = json_is_object(body) ? api_members_check(body, table, err)
                              : err_set(err, ERR_INVALID, "the body is not a JSON object");
    if (rc < 0) {
        json_decref(body);
        return rc;
    }
    *out = body;
    return 0;
}

void api_members_judge(const char *name, const char *value, void *ctx)
{
    struct api_members_query *query = ctx;
    const struct api_member *member = find(query->table, name);

    if (query->err.code != 0)
        return;
    if (member == NULL) {
        query->err.code = refuse_unknown("parameter", name, query->table, &query->err);
        return;
    }

    unsigned bit = 1u << (unsigned)(member - query->table);

    if ((query->seen & bit) != 0 && member->type != API_MEMBER_TEXTS)
        err_set(&query->err, ERR_INVALID, "the parameter \"%s\" is given twice", name);
    else if (member->type == API_MEMBER_FLAG && strcmp(value, "0") != 0 && strcmp(value, "1") != 0)
        err_set(&query->err, ERR_INVALID, "the parameter \"%s\" must be 1 or 0", name);
    query->seen |= bit;
}

bool api_members_is_set(const char *value)
{
    return value != NULL && strcmp(value, "1") == 0;
}

int api_members_read_number(const char *name, const char *text, int64_t *out, struct err *err)
{
    char *end = NULL;
    long long number;

    if (text == NULL)
        return 0;
    errno = 0;
    number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < 0)
        return err_set(err, ERR_INVALID, "%s must be a whole number from 0", name);
    *out = number;
    return 0;
}

bool api_members_is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

int api_members_read_mac(const char *text, char out[MAC_SIZE], struct err *err)
{
    return mac_parse(text, out) ? 0 : err_set(err, ERR_INVALID, "'%s' is not a MAC address", text);
}
