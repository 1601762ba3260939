#ifndef PKI_AUTHORITY_ROOT_H
#define PKI_AUTHORITY_ROOT_H

#include "server/pki/authority.h"
#include "server/pki/digest.h"

// Writes which CA stands above another one in the authority's file, and has none above itself: a
// root for an intermediate one. Both are the SHA-256 of a certificate's DER. Without such a CA, or
// the memory to look for it, that is the other one itself. Any thread.
void authority_root_of(
    const struct authority *authority, const char *ca, char out[DIGEST_SHA256_TEXT_SIZE]);

#endif
