#ifndef CTL_SERVER_URL_H
#define CTL_SERVER_URL_H

#include <stdbool.h>

#include "server/base/err.h"

#define SERVER_URL_SIZE 300
#define SERVER_NAME_SIZE 65

// A server's address as "https://HOST[:PORT]", host in lower case, without what is 443 anyway, so
// that two of one server are the same text. ERR_INVALID unless text is such an address: another
// scheme, a user, a path, a query or a fragment are refused.
ERR_CHECKED int server_url_normalize(const char *text, char out[SERVER_URL_SIZE], struct err *err);

// Whether a word is meant as an address, and not as a name.
bool server_url_is_meant(const char *word);

// Whether a server may be called so, and a file, too: 1 to 64 of A-Z a-z 0-9 . _ -, the first of
// them a letter or digit, and not as a temporary file is called.
bool server_url_is_name(const char *word);

// How the server of such an address is called unless its operator says otherwise: as its host, with
// '-' for what no name has.
void server_url_to_name(const char *url, char out[SERVER_NAME_SIZE]);

#endif
