#ifndef HANDSHAKE_SIGNER_H
#define HANDSHAKE_SIGNER_H

#include "server/http/http_signer.h"

// OpenSSL signs the download server's handshakes: with RSA that takes it a third of the time.
extern const struct http_signer handshake_signer;

#endif
