#ifndef PKI_PKI_SIGN_H
#define PKI_PKI_SIGN_H

#include "server/pki/pki_folder.h"

// A request that is to be signed.
struct pki_sign {
    const char *request_path;    // a file of request_file.h
    struct pki_folder_pair *out; // its key_path becomes ""
};

// Issues a server's certificate for who keeps the key, as pki_folder_add_server() does otherwise.
// ERR_INVALID also if the request is of another common name or damaged; ERR_CONFLICT if a key of
// that name is in the folder, whose certificate it would replace.
ERR_CHECKED int pki_sign_server(const struct issuer *issuer, const struct pki_folder_order *order,
    const struct issuer_order *certificate, const struct pki_sign *sign, struct err *err);

#endif
