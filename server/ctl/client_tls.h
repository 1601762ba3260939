#ifndef CTL_CLIENT_TLS_H
#define CTL_CLIENT_TLS_H

#include <curl/curl.h>

#include "server/base/err.h"
#include "server/ctl/client_target.h"
#include "server/pki/key_pin.h"

// TLS to a server whose key is known: the key alone decides, as with ssh(1). Names, dates and
// signers of its certificate are not looked at: who has the pinned key is the server.

// Has curl talk HTTPS alone, TLS 1.2 or later, with whoever has that key, and send nothing before
// it is proven. ERR_INVALID if pin is none, ERR_IO if this libcurl cannot.
ERR_CHECKED int client_tls_set_up(CURL *curl, const char *pin, struct err *err);

// Connects to a server, sends it nothing beyond the handshake, and writes the fingerprint of its
// key. ERR_UNAVAILABLE, ERR_NO_MEMORY.
ERR_CHECKED int client_tls_probe(const char *url, char pin[KEY_PIN_SIZE], struct err *err);

// As client_explain_failure(); of a server with another key than is pinned it asks for that key, to
// name it.
ERR_CHECKED int client_tls_explain(
    CURL *curl, CURLcode code, const struct client_target *target, struct err *err);

#endif
