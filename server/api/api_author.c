// Who asks.
#include "server/api/api_author.h"

#include <pwd.h>
#include <stdio.h>

#include "server/api/api_access.h"
#include "server/base/utf8.h"

#define ENTRY_SIZE 4096 // of the list of users

#define TOKEN_MARK ", token "

_Static_assert(AUDIT_USER_SIZE >= HTTP_REQUEST_PEER_SIZE + sizeof TOKEN_MARK + USER_NAME_SIZE,
    "an address and a token fit");
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

// Who came over the network, from where, and by what: a token of a user's does what he does, also
// when it is there no more.
static void name_operator(const struct operator* who, const char *address, struct audit_author *out)
{
    bool is_his = who->how == OPERATOR_TOKEN && who->user[0] != '\0';

    snprintf(out->user, sizeof out->user, "%s%s%s", address, is_his ? TOKEN_MARK : "",
        is_his ? who->token : "");
    if (who->user[0] != '\0')
        snprintf(out->who, sizeof out->who, "user %s", who->user);
    else if (who->how == OPERATOR_TOKEN)
        snprintf(out->who, sizeof out->who, "token %s", who->token);
    else
        snprintf(out->who, sizeof out->who, "nobody");
}

void api_author_of(const struct http_request *request, struct audit_author *out)
{
    const struct api_asking *asking = http_request_attached(request);
    struct http_request_process process;
    char address[HTTP_REQUEST_PEER_SIZE];

    *out = (struct audit_author){.terms = asking != NULL ? asking->terms : NULL};
    if (!http_request_process(request, &process)) {
        http_request_peer(request, address);
        name_operator(api_access_who(request), address, out);
        return;
    }
    snprintf(out->who, sizeof out->who, "uid %u", process.uid);
    out->pid = process.pid;
    find_name(process.uid, out->user);
}
