#ifndef PKI_AUTHORITY_ROOT_H
#define PKI_AUTHORITY_ROOT_H

#include "server/pki/authority.h"
#include "server/pki/digest.h"

// Writes the topmost CA of the authority's file that stands above ca, as a root above an
// intermediate one; ca itself if there is none, or no memory to look for it. Both are the SHA-256
// of a certificate's DER. Any thread.
void authority_root_of(
    const struct authority *authority, const char *ca, char out[DIGEST_SHA256_TEXT_SIZE]);

#endif
