// Parsing of text that does not end with NUL, which the SDK's cJSON (1.7.12) cannot.
#include <cjson/cJSON.h>

#include <stdlib.h>
#include <string.h>

cJSON *cJSON_ParseWithLengthOpts(
    const char *value, size_t length, const char **return_parse_end, cJSON_bool terminated)
{
    char *copy = malloc(length + 1);
    const char *end = NULL;
    cJSON *json;

    if (return_parse_end != NULL)
        *return_parse_end = value;
    if (copy == NULL)
        return NULL;
    memcpy(copy, value, length);
    copy[length] = '\0';
    json = cJSON_ParseWithOpts(copy, &end, terminated);
    if (return_parse_end != NULL)
        *return_parse_end = value + (end != NULL ? end - copy : 0);
    free(copy);
    return json;
}
