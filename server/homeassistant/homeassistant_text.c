// JSON of which a part may be missing.
#include "server/homeassistant/homeassistant_text.h"

#include <stdlib.h>

void homeassistant_text_put(json_t *object, const char *member, json_t *value, int *rc)
{
    if (json_object_set_new(object, member, value) < 0)
        *rc = ERR_NO_MEMORY;
}

void homeassistant_text_set(json_t *object, const char *member, const char *value, int *rc)
{
    if (value != NULL && value[0] != '\0')
        homeassistant_text_put(object, member, json_string(value), rc);
}

// jansson's own memory need not be malloc()'s.
int homeassistant_text_end(json_t *object, int rc, char **out, size_t *n)
{
    size_t size = rc == 0 ? json_dumpb(object, NULL, 0, JSON_COMPACT) : 0;
    char *text = size > 0 ? malloc(size + 1) : NULL;

    if (text == NULL || json_dumpb(object, text, size, JSON_COMPACT) != size) {
        json_decref(object);
        free(text);
        return rc < 0 ? rc : ERR_NO_MEMORY;
    }
    json_decref(object);
    text[size] = '\0';
    *out = text;
    *n = size;
    return 0;
}
