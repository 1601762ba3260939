// Parsing of text that does not end with NUL, which the SDK's cJSON (1.7.12) cannot.
#include <cjson/cJSON.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// As port.h has it; the SDK's heap does not.
static void *allocate(size_t n)
{
    void *p = malloc(n);

    if (p == NULL)
        errno = ENOMEM;
    return p;
}

cJSON *cJSON_ParseWithLengthOpts(
    const char *value, size_t length, const char **return_parse_end, cJSON_bool terminated)
{
    cJSON_Hooks hooks = {.malloc_fn = allocate, .free_fn = free};
    char *copy = allocate(length + 1);
    const char *end = NULL;
    cJSON *json;

    if (return_parse_end != NULL)
        *return_parse_end = value;
    if (copy == NULL)
        return NULL;
    cJSON_InitHooks(&hooks);
    memcpy(copy, value, length);
    copy[length] = '\0';
    json = cJSON_ParseWithOpts(copy, &end, terminated);
    if (return_parse_end != NULL)
        *return_parse_end = value + (end != NULL ? end - copy : 0);
    free(copy);
    return json;
}
