// The ids of streamed events.
#include "server/api/api_event_id.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 18

// Returns what stands behind the number; NULL: there is none.
static const char *read_number(const char *text, int64_t *out)
{
    size_t n = strspn(text, "0123456789");

    if (n == 0 || n > DIGITS_MAX)
        return NULL;
    *out = strtoll(text, NULL, 10);
    return text + n;
}

bool api_event_id_read(const char *text, struct api_event_id *out)
{
    struct api_event_id id = {.change = -1};
    const char *rest = read_number(text, &id.event);

    if (rest != NULL && *rest == '.')
        rest = read_number(rest + 1, &id.change);
    if (rest == NULL || *rest != '\0')
        return false;
    *out = id;
    return true;
}

void api_event_id_add(struct api_text *text, const struct api_event_id *id)
{
    api_text_add_integer(text, id->event);
    if (id->change < 0)
        return;
    api_text_add(text, ".");
    api_text_add_integer(text, id->change);
}
