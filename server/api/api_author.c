// Who asks.
#include "server/api/api_author.h"

#include <pwd.h>
#include <stdio.h>

#include "server/api/api_access.h"
#include "server/base/utf8.h"

#define ENTRY_SIZE 4096 // of the list of users

_Static_assert(AUDIT_USER_SIZE >= HTTP_REQUEST_PEER_SIZE, "an address fits");
_Static_assert(AUDIT_WHO_SIZE > sizeof "token" + USER_NAME_SIZE, "a name fits");

static void find_name(uint32_t uid, char out[AUDIT_USER_SIZE])
{
    struct passwd entry;
    struct passwd *found = NULL;
    char room[ENTRY_SIZE];

    out[0] = '\0';
    if (getpwuid_r(uid, &entry, room, sizeof room, &found) == 0 && found != NULL &&
        utf8_is_valid(found->pw_name))
        snprintf(out, AUDIT_USER_SIZE, "%.*s", (int)utf8_fit(found->pw_name, AUDIT_USER_SIZE - 1),
            found->pw_name);
}

// Who came over the network, and what he showed.
static void name_operator(const struct operator* who, struct audit_author *out)
{
    if (who->how == OPERATOR_TOKEN)
        snprintf(out->who, sizeof out->who, "token %s", who->token);
    else if (who->user[0] != '\0')
        snprintf(out->who, sizeof out->who, "user %s", who->user);
    else
        snprintf(out->who, sizeof out->who, "nobody");
}

void api_author_of(const struct http_request *request, struct audit_author *out)
{
    const struct api_asking *asking = http_request_attached(request);
    struct http_request_process process;

    *out = (struct audit_author){.terms = asking != NULL ? asking->terms : NULL};
    if (!http_request_process(request, &process)) {
        name_operator(api_access_who(request), out);
        http_request_peer(request, out->user);
        return;
    }
    snprintf(out->who, sizeof out->who, "uid %u", process.uid);
    out->pid = process.pid;
    find_name(process.uid, out->user);
}
