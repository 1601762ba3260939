#ifndef PKI_OPENSSL_TYPES_H
#define PKI_OPENSSL_TYPES_H

// What is behind this folder's handles; for the files of this folder alone.

#include <stdbool.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

struct private_key {
    EVP_PKEY *pkey;
    bool is_in_token;
};

struct certificate {
    X509 *x509;
};

struct issuer {
    struct certificate *certificate;
    struct private_key *key;
};

#endif
