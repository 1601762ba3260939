// Keys and their certificates: made, recorded, written.
#include "server/pki/pki_pairs.h"

#include <stdlib.h>

#include <openssl/crypto.h>

#include "server/base/file.h"
#include "server/pki/credential_file.h"
#include "server/pki/issued.h"

// Before anything costly is made: whether both files can be written.
int pki_pairs_check_free(
    const struct pki_folder_order *order, const struct pki_folder_pair *pair, struct err *err)
{
    if (order->force)
        return 0;

    int rc = credential_file_is_free(pair->key_path, err);

    return rc < 0 ? rc : credential_file_is_free(pair->public_path, err);
}

int pki_pairs_write_key(const struct pki_folder_order *order, const struct private_key *key,
    const char *path, struct err *err)
{
    char *pem;
    size_t size;
    int rc = private_key_to_pem(key, &pem, &size, err);

    if (rc < 0)
        return rc;
    rc = credential_file_write(path, pem, CREDENTIAL_FILE_SECRET, order->force, err);
    OPENSSL_cleanse(pem, size);
    free(pem);
    return rc;
}

int pki_pairs_write_certificate(const struct pki_folder_order *order,
    const struct certificate *certificate, struct pki_folder_pair *pair, struct err *err)
{
    char *pem;
    int rc = certificate_to_pem(certificate, &pem, err);

    if (rc < 0)
        return rc;
    rc = credential_file_write(pair->public_path, pem, CREDENTIAL_FILE_PUBLIC, order->force, err);
    free(pem);
    pair->not_after_ms = certificate_not_after_ms(certificate);
    return rc < 0 ? rc : certificate_serial(certificate, pair->serial, err);
}

static int make_one(const struct pki_pairs *pairs, struct private_key **key,
    struct certificate **out, struct err *err)
{
    const struct issuer_order *wanted = &pairs->wanted[pairs->at];
    int rc = pki_pairs_check_free(pairs->order, &pairs->pairs[pairs->at], err);

    if (rc == 0)
        rc = private_key_generate(pairs->order->kind, key, err);
    if (rc < 0)
        return rc;
    return pairs->issuer != NULL ? issuer_issue(pairs->issuer, wanted, *key, out, err)
                                 : issuer_self_sign(wanted, *key, out, err);
}

static int write_one(const struct pki_pairs *pairs, const struct private_key *key,
    const struct certificate *certificate, struct err *err)
{
    struct pki_folder_pair *pair = &pairs->pairs[pairs->at];
    int rc = pki_pairs_write_key(pairs->order, key, pair->key_path, err);

    return rc < 0 ? rc : pki_pairs_write_certificate(pairs->order, certificate, pair, err);
}

int pki_pairs_make(struct pki_pairs *pairs, struct err *err)
{
    struct private_key *keys[PKI_FOLDER_DEVICES_MAX] = {0};
    struct certificate *certificates[PKI_FOLDER_DEVICES_MAX] = {0};
    int rc = 0;

    pairs->made = 0;
    if (pairs->order->force && pairs->count > 0) // all of them lie in one folder
        file_sweep_folder_of(pairs->pairs[0].key_path);
    for (pairs->at = 0; pairs->at < pairs->count && rc == 0; pairs->at++) {
        rc = make_one(pairs, &keys[pairs->at], &certificates[pairs->at], err);
        if (rc < 0)
            goto cleanup;
    }
    pairs->at = 0;
    if (pairs->issuer != NULL)
        rc = issued_add(pairs->order->folder, certificates, pairs->count, err);
    for (; pairs->at < pairs->count && rc == 0; pairs->at++) {
        rc = write_one(pairs, keys[pairs->at], certificates[pairs->at], err);
        if (rc < 0)
            goto cleanup;
        pairs->made++;
    }
cleanup:
    for (size_t i = 0; i < pairs->count; i++) {
        certificate_free(certificates[i]);
        private_key_free(keys[i]);
    }
    return rc;
}
