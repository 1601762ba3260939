// Files of certificates and keys, as their readers will look at them.
#include "server/pki/credential_check.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "common/contract.h"
#include "server/base/file.h"
#include "server/pki/authority.h"
#include "server/pki/certificate_check.h"
#include "server/pki/certificate_file.h"
#include "server/pki/device_credential.h"
#include "server/pki/openssl_types.h"
#include "server/pki/private_key.h"

#define KEY_FILE_MAX 65536

// RFC 5246, 7.4.2: a message's head, the list's length, and each certificate's.
#define MESSAGE_HEAD 7
#define CERTIFICATE_HEAD 3

static int check_size(const char *path, size_t size_bytes, struct err *err)
{
    if (size_bytes <= CONTRACT_FILE_MAX)
        return 0;
    return err_set(err, ERR_INVALID, "%s has %zu bytes; devices accept files of %d", path,
        size_bytes, CONTRACT_FILE_MAX);
}

// One that has ended beside another that has not does no harm.
static int check_cas(
    const struct certificate_file *file, int64_t now_ms, int64_t *not_after_ms, struct err *err)
{
    size_t good = 0;

    for (size_t i = 0; i < file->count; i++) {
        int64_t end_ms = certificate_not_after_ms(file->certificates[i]);
        struct err reason = {0};

        if (certificate_check(file->certificates[i], CERTIFICATE_CHECK_CA, now_ms, &reason) == 0) {
            if (good++ == 0 || end_ms > *not_after_ms)
                *not_after_ms = end_ms;
        } else if (end_ms >= now_ms || (good == 0 && i + 1 == file->count)) {
            return err_set(err, ERR_INVALID, "certificate %zu: %s", i + 1, reason.message);
        }
    }
    return 0;
}

int credential_check_ca(const char *ca_file, int64_t now_ms, int64_t *not_after_ms, struct err *err)
{
    struct certificate_file file;
    int64_t end_ms = 0;
    int rc = certificate_file_read(ca_file, &file, err);

    if (rc < 0)
        return err_context(err, "CA");
    rc = check_size(ca_file, file.size_bytes, err);
    if (rc == 0) {
        rc = check_cas(&file, now_ms, &end_ms, err);
        if (rc < 0)
            err_context(err, "%s", ca_file);
    }
    certificate_file_clear(&file);
    if (rc < 0)
        return err_context(err, "CA");
    *not_after_ms = end_ms;
    return 0;
}

static int check_key(const struct credential_check_files *files, struct err *err)
{
    uint8_t *key = NULL;
    uint8_t *certificate = NULL;
    size_t key_n = 0;
    size_t certificate_n;
    int rc = file_read(files->key, KEY_FILE_MAX, &key, &key_n, err);

    if (rc < 0)
        return err_context(err, "key");
    rc = file_read(files->certificate, KEY_FILE_MAX, &certificate, &certificate_n, err);
    if (rc == 0) {
        rc = device_credential_check_key(key, key_n, certificate, certificate_n, err);
        if (rc < 0)
            err_context(err, "key %s", files->key);
    }
    if (rc == 0)
        rc = private_key_check_mode(files->key, err);
    explicit_bzero(key, key_n);
    free(key);
    free(certificate);
    return rc;
}

static int check_message_size(const struct certificate_file *file, struct err *err)
{
    size_t size = MESSAGE_HEAD;

    for (size_t i = 0; i < file->count; i++)
        size += CERTIFICATE_HEAD + (size_t)i2d_X509(file->certificates[i]->x509, NULL);
    if (size <= CONTRACT_CERTIFICATE_MESSAGE_MAX)
        return 0;
    return err_set(err, ERR_INVALID,
        "its %zu certificates take %zu bytes in a handshake; devices accept %d. Leave out the CA's "
        "own, which they have, or use smaller keys",
        file->count, size, CONTRACT_CERTIFICATE_MESSAGE_MAX);
}

// RFC 5246, 7.4.2: each certifies the one before it. Not every device puts them in order.
static int check_order(const struct certificate_file *file, struct err *err)
{
    for (size_t i = 1; i < file->count; i++) {
        if (X509_check_issued(file->certificates[i]->x509, file->certificates[i - 1]->x509) !=
            X509_V_OK)
            return err_set(err, ERR_INVALID,
                "certificate %zu did not sign the one before it; leave it out, or put them in the "
                "order of signing, the server's own first",
                i + 1);
    }
    return 0;
}

static int check_chain(const struct certificate_file *file, int64_t now_ms, struct err *err)
{
    int rc = 0;

    for (size_t i = 0; i < file->count && rc == 0; i++) {
        rc = certificate_check(file->certificates[i],
            i == 0 ? CERTIFICATE_CHECK_SERVER : CERTIFICATE_CHECK_INTERMEDIATE, now_ms, err);
        if (rc < 0 && i > 0)
            rc = err_context(err, "certificate %zu", i + 1);
    }
    if (rc == 0)
        rc = check_order(file, err);
    return rc == 0 ? check_message_size(file, err) : rc;
}

static int judge_by_file(const char *ca_file, struct certificate *const *chain, size_t count,
    int64_t now_ms, struct err *err)
{
    struct authority *authority;
    int rc = authority_load(ca_file, &authority, err);

    if (rc < 0)
        return rc;
    rc = authority_judge_server(authority, chain, count, now_ms, err);
    authority_free(authority);
    return rc;
}

static int judge_chain(const struct credential_check_files *files,
    const struct certificate_file *file, int64_t now_ms, struct err *err)
{
    if (files->ca != NULL)
        return judge_by_file(files->ca, file->certificates, file->count, now_ms, err);
    return authority_judge_server(files->authority, file->certificates, file->count, now_ms, err);
}

int credential_check_vouches(
    const char *ca_file, struct certificate *certificate, int64_t now_ms, struct err *err)
{
    return judge_by_file(ca_file, &certificate, 1, now_ms, err);
}

int credential_check_server(const struct credential_check_files *files, int64_t now_ms,
    struct certificate **out, struct err *err)
{
    struct certificate_file file;
    int rc = certificate_file_read(files->certificate, &file, err);

    if (rc < 0)
        return err_context(err, "certificate");
    rc = check_chain(&file, now_ms, err);
    if (rc == 0)
        rc = judge_chain(files, &file, now_ms, err);
    if (rc < 0)
        err_context(err, "certificate %s", files->certificate);
    else
        rc = check_key(files, err);
    if (rc == 0) {
        *out = file.certificates[0];
        file.certificates[0] = NULL;
    }
    certificate_file_clear(&file);
    return rc;
}

static int judge_device(const struct authority *authority, const struct certificate *certificate,
    int64_t now_ms, struct err *err)
{
    struct certificate_facts facts;
    uint8_t *der = NULL;
    int rc = certificate_check(certificate, CERTIFICATE_CHECK_DEVICE, now_ms, err);

    if (rc < 0)
        return rc;

    int n = i2d_X509(certificate->x509, &der);

    rc = n > 0 ? authority_judge_client(authority, der, (size_t)n, now_ms, &facts, err)
               : err_set(err, ERR_NO_MEMORY, "no memory for a certificate");
    OPENSSL_free(der);
    return rc;
}

int credential_check_device_pem(const struct authority *authority, const uint8_t *pem, size_t n,
    int64_t now_ms, struct err *err)
{
    struct certificate_file file;
    int rc = certificate_file_parse(pem, n, &file, err);

    if (rc < 0)
        return rc;
    rc = n <= CONTRACT_FILE_MAX
             ? judge_device(authority, file.certificates[0], now_ms, err)
             : err_set(err, ERR_INVALID, "has %zu bytes; devices accept files of %d", n,
                   CONTRACT_FILE_MAX);
    certificate_file_clear(&file);
    return rc;
}

int credential_check_device(const struct credential_check_files *files, const char *mac,
    int64_t now_ms, int64_t *not_after_ms, struct err *err)
{
    struct certificate_file file;
    uint8_t *pem;
    size_t n;
    int rc = file_read(files->certificate, KEY_FILE_MAX, &pem, &n, err);

    if (rc < 0)
        return rc;
    rc = device_credential_check_certificate(pem, n, mac, err);
    if (rc >= 0)
        rc = certificate_file_parse(pem, n, &file, err);
    free(pem);
    if (rc < 0)
        return err_context(err, "%s", files->certificate);
    *not_after_ms = certificate_not_after_ms(file.certificates[0]);
    rc = check_size(files->certificate, file.size_bytes, err);
    if (rc == 0) {
        rc = judge_device(files->authority, file.certificates[0], now_ms, err);
        if (rc < 0)
            err_context(err, "%s", files->certificate);
    }
    certificate_file_clear(&file);
    return rc;
}
