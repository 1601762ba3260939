// Keys and certificates, made and written.
#include "server/setup/setup_issue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/certificate.h"
#include "server/pki/certificate_names.h"
#include "server/pki/credential_file.h"
#include "server/pki/issued.h"
#include "server/pki/issuer.h"
#include "server/pki/pki_folder.h"
#include "server/setup/setup.h"

#define CA_NAME "secureesp CA"

void setup_issue_place(const char *name, struct setup_issue_paths *out)
{
    snprintf(out->certificate, sizeof out->certificate, SETUP_SERVERS "/%s.crt", name);
    snprintf(out->key, sizeof out->key, SETUP_SERVERS "/%s.key", name);
}

static int make_key(const char *path, struct private_key **out, struct err *err)
{
    struct private_key *key;
    char *pem;
    size_t size;
    int rc = private_key_generate(PRIVATE_KEY_P256, &key, err);

    if (rc < 0)
        return rc;
    rc = private_key_to_pem(key, &pem, &size, err);
    if (rc == 0) {
        rc = file_replace(path, (const uint8_t *)pem, size, CREDENTIAL_FILE_SECRET, err);
        explicit_bzero(pem, size);
        free(pem);
    }
    if (rc == 0)
        *out = key;
    else
        private_key_free(key);
    return rc;
}

int setup_issue_take_key(const char *path, struct private_key **out, struct err *err)
{
    file_sweep(path);
    return access(path, F_OK) == 0 ? private_key_load(path, out, err) : make_key(path, out, err);
}

static int write_certificate(
    const struct certificate *certificate, const char *path, struct err *err)
{
    char *pem;
    int rc = certificate_to_pem(certificate, &pem, err);

    if (rc < 0)
        return rc;
    rc = file_replace_keep(path, (const uint8_t *)pem, strlen(pem), CREDENTIAL_FILE_PUBLIC, err);
    free(pem);
    return rc;
}

int setup_issue_ca(struct err *err)
{
    struct issuer_order order = {
        .profile = PROFILE_CA, .common_name = CA_NAME, .now_ms = clock_system_ms()};
    struct certificate *certificate = NULL;
    struct private_key *key = NULL;
    int rc = setup_issue_take_key(SETUP_PKI "/ca.key", &key, err);

    if (rc == 0)
        rc = issuer_self_sign(&order, key, &certificate, err);
    if (rc == 0)
        rc = write_certificate(certificate, SETUP_PKI "/ca.crt", err);
    certificate_free(certificate);
    private_key_free(key);
    return rc;
}

// The names of an order, sorted by kind; borrowed.
struct sorted {
    const char *dns[2 * CERTIFICATE_NAMES_MAX];
    const char *ip[2 * CERTIFICATE_NAMES_MAX];
    struct subject_names names;
};

static void sort_in(struct sorted *sorted, const char *name)
{
    if (setup_names_is_address(name))
        sorted->ip[sorted->names.ip_count++] = name;
    else
        sorted->dns[sorted->names.dns_count++] = name;
}

// Those that are wanted, and those of the certificate that is there.
static void sort_names(const struct setup_names *wanted, const char *path,
    struct certificate_names *before, struct sorted *sorted)
{
    struct certificate *certificate = NULL;

    *sorted = (struct sorted){.names = {.dns = sorted->dns, .ip = sorted->ip}};
    before->count = 0;
    if (certificate_load(path, &certificate, NULL) < 0 ||
        certificate_names_read(certificate, before, NULL) < 0)
        before->count = 0;
    certificate_free(certificate);
    for (size_t i = 0; i < wanted->count; i++)
        sort_in(sorted, wanted->names[i]);
    for (size_t i = 0; i < before->count; i++) {
        if (!setup_names_has(wanted, before->names[i]))
            sort_in(sorted, before->names[i]);
    }
}

static int issue(const struct issuer_order *order, const struct private_key *key, const char *path,
    struct err *err)
{
    struct certificate *certificate = NULL;
    struct issuer *issuer = NULL;
    int rc = pki_folder_open(SETUP_PKI, &issuer, err);

    if (rc == 0)
        rc = issuer_issue(issuer, order, key, &certificate, err);
    if (rc == 0)
        rc = issued_add(SETUP_PKI, &certificate, 1, err);
    if (rc == 0)
        rc = write_certificate(certificate, path, err);
    certificate_free(certificate);
    issuer_free(issuer);
    return rc;
}

int setup_issue_server(const struct setup_names *names, const char *name,
    const struct setup_issue_paths *paths, struct err *err)
{
    struct issuer_order order = {
        .profile = PROFILE_SERVER, .common_name = name, .now_ms = clock_system_ms()};
    struct certificate_names *before;
    struct private_key *key = NULL;
    struct sorted sorted;

    if (access(SETUP_PKI "/ca.key", F_OK) < 0)
        return err_set(err, ERR_NOT_FOUND,
            "the key of the CA is not here, and %s has to be issued: run `secureesp setup "
            "--ca-elsewhere`, which says what to do",
            paths->certificate);
    before = malloc(sizeof *before);
    if (before == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for names");

    int rc = setup_issue_take_key(paths->key, &key, err);

    if (rc == 0) {
        sort_names(names, paths->certificate, before, &sorted);
        order.names = sorted.names;
        rc = issue(&order, key, paths->certificate, err);
    }
    private_key_free(key);
    free(before);
    return rc;
}
