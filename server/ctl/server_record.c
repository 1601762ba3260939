// A log-in at a server, as its file has it.
#include "server/ctl/server_record.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "server/ctl/field.h"

// A text of the record: where it goes, how long it may be.
struct text {
    const char *name;
    size_t offset;
    size_t size;
    bool may_be_empty;
};

#define TEXT(member, may_be_empty)                                                                 \
    {                                                                                              \
#member, offsetof(struct server_record, member),                                           \
            sizeof(((struct server_record *)0)->member), may_be_empty                              \
    }

static const struct text texts[] = {
    TEXT(url, false),
    TEXT(pin, false),
    TEXT(user, false),
    TEXT(role, true),
    TEXT(token_name, true),
    TEXT(token, false),
};

int server_record_encode(const struct server_record *record, char **out, size_t *n, struct err *err)
{
    json_t *object = json_object();
    int failed = object == NULL;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        failed |= json_object_set_new(
            object, texts[i].name, json_string((const char *)record + texts[i].offset));
    failed |= json_object_set_new(object, "until_ms", json_integer(record->until_ms));

    char *text = failed ? NULL : json_dumps(object, JSON_INDENT(2));

    json_decref(object);
    if (text == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a log-in");
    *out = text;
    *n = strlen(text);
    return 0;
}

static bool copy_text(const json_t *object, const struct text *text, struct server_record *out)
{
    const json_t *value = json_object_get(object, text->name);
    size_t n = json_string_length(value);

    if (!json_is_string(value) || n >= text->size || (n == 0 && !text->may_be_empty) ||
        strlen(json_string_value(value)) != n)
        return false;
    memcpy((char *)out + text->offset, json_string_value(value), n + 1);
    return true;
}

// Whether it may stand in a header.
static bool is_token(const char *token)
{
    for (; *token != '\0'; token++) {
        if (!isgraph((unsigned char)*token))
            return false;
    }
    return true;
}

static bool is_normal(const struct server_record *record)
{
    char url[SERVER_URL_SIZE];
    char pin[KEY_PIN_SIZE];

    return server_url_normalize(record->url, url, NULL) == 0 && strcmp(url, record->url) == 0 &&
           key_pin_parse(record->pin, pin, NULL) == 0 && strcmp(pin, record->pin) == 0 &&
           is_token(record->token);
}

static bool decode(const json_t *object, struct server_record *out)
{
    bool ok = json_is_integer(json_object_get(object, "until_ms"));

    for (size_t i = 0; ok && i < sizeof texts / sizeof texts[0]; i++)
        ok = copy_text(object, &texts[i], out);
    out->until_ms = field_integer(object, "until_ms", 0);
    return ok && is_normal(out);
}

int server_record_decode(const char *text, size_t n, struct server_record *out, struct err *err)
{
    struct server_record record = {0};
    json_t *object = json_loadb(text, n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    bool ok = decode(object, &record);

    json_decref(object);
    if (ok)
        *out = record;
    explicit_bzero(&record, sizeof record);
    return ok ? 0 : err_set(err, ERR_INVALID, "it is damaged, or no log-in of secureesp's");
}
