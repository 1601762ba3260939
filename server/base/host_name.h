#ifndef HOST_NAME_H
#define HOST_NAME_H

#include <stddef.h>

#define HOST_NAME_SIZE 254 // of a name of the DNS (RFC 1035, 2.3.4), with the terminating NUL

// What this machine calls itself (gethostname(2)), or "".
void host_name_read(char out[HOST_NAME_SIZE]);

// The whole name, with its domain, by which this machine knows such a host (as `hostname -f`); ""
// if there is none, or it is "localhost".
void host_name_read_full(const char *host, char out[HOST_NAME_SIZE]);

#endif
