// How this machine is called.
#include "server/base/host_name.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

void host_name_read(char out[HOST_NAME_SIZE])
{
    if (gethostname(out, HOST_NAME_SIZE) < 0 || memchr(out, '\0', HOST_NAME_SIZE) == NULL)
        out[0] = '\0';
}

void host_name_read_full(const char *host, char out[HOST_NAME_SIZE])
{
    struct addrinfo hints = {.ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;

    out[0] = '\0';
    if (getaddrinfo(host, NULL, &hints, &found) != 0)
        return;
    if (found->ai_canonname != NULL && strlen(found->ai_canonname) < HOST_NAME_SIZE &&
        strncasecmp(found->ai_canonname, "localhost", 9) != 0)
        snprintf(out, HOST_NAME_SIZE, "%s", found->ai_canonname);
    freeaddrinfo(found);
}
