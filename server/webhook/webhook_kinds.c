// Which kinds of event a webhook asks for.
#include "server/webhook/webhook_kinds.h"

#include <string.h>

#include "server/model/event.h"
#include "server/select/select_match.h"

bool webhook_kinds_is_pattern(const char *text)
{
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_*?");

    return n > 0 && n < EVENT_KIND_SIZE && text[n] == '\0';
}

bool webhook_kinds_has(const char *kinds, const char *kind)
{
    char pattern[EVENT_KIND_SIZE];

    if (kinds[0] == '\0')
        return true;
    for (const char *p = kinds; *p != '\0'; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");

        if (n < sizeof pattern) {
            memcpy(pattern, p, n);
            pattern[n] = '\0';
            if (select_match(pattern, kind))
                return true;
        }
        p += n;
    }
    return false;
}
