// Who asks.
#include "server/api/api_author.h"

#include <pwd.h>
#include <stdio.h>

#include "server/base/utf8.h"

#define ENTRY_SIZE 4096 // of the list of users

_Static_assert(AUDIT_WHO_SIZE == HTTP_REQUEST_PEER_SIZE, "they are the same");

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

void api_author_of(const struct http_request *request, struct audit_author *out)
{
    struct http_request_process process;

    *out = (struct audit_author){.terms = http_request_attached(request)};
    if (!http_request_process(request, &process)) {
        http_request_peer(request, out->who);
        return;
    }
    snprintf(out->who, sizeof out->who, "uid %u", process.uid);
    out->pid = process.pid;
    find_name(process.uid, out->user);
}
