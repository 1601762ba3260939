// Where a request comes from.
#include "server/operator/operator_origin.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static bool is_of_host(const char *origin, const char *host)
{
    static const char scheme[] = "https://";
    size_t n = strlen(scheme);

    return host != NULL && host[0] != '\0' && strncmp(origin, scheme, n) == 0 &&
           strcasecmp(origin + n, host) == 0;
}

bool operator_origin_is_own(const struct operator_origin *from, bool must_say)
{
    if (from->site == NULL && from->origin == NULL)
        return !must_say;
    if (from->site != NULL && strcmp(from->site, "same-origin") != 0)
        return false;
    return from->origin == NULL || is_of_host(from->origin, from->host);
}
