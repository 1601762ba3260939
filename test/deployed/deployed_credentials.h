#ifndef TEST_DEPLOYED_DEPLOYED_CREDENTIALS_H
#define TEST_DEPLOYED_DEPLOYED_CREDENTIALS_H

#include <bearssl.h>
#include <stddef.h>

// A sketch's X509List has no bound but memory; a change of the CA takes two.
#define DEPLOYED_ANCHORS_MAX 2

// What a device proves itself with, and whom it trusts. In the arena for as long as a connection.
struct deployed_credentials {
    br_x509_trust_anchor anchors[DEPLOYED_ANCHORS_MAX];
    size_t anchor_count;
    br_x509_certificate certificate;
    int key_type; // BR_KEYTYPE_RSA or _EC
    union {
        br_rsa_private_key rsa;
        br_ec_private_key ec;
    } key;
};

// Reads ca.crt, <mac>.crt and <mac>.key from a folder. 0 or a failure, reported.
int deployed_credentials_load(
    const char *folder, const char *mac, struct deployed_credentials **out);

#endif
