// Reads what lies on the server for one device.
#include "server/download/download_stored.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/base/file.h"
#include "server/pki/certificate.h"
#include "server/pki/device_credential.h"
#include "server/pki/pem.h"
#include "server/store/rotation_store.h"

#define FILE_MAX ((size_t)64 * 1024)

// What is asked for.
struct wish {
    const struct download_settings *settings;
    const char *mac;
    const struct download_file *file;
};

// Replaces *bytes by its DER form.
static int convert_to_der(uint8_t **bytes, size_t *n, struct err *err)
{
    uint8_t *der;
    size_t der_size;
    int rc = pem_to_der(*bytes, *n, &der, &der_size, err);

    if (rc < 0)
        return rc;
    explicit_bzero(*bytes, *n);
    free(*bytes);
    *bytes = der;
    *n = der_size;
    return 0;
}

void download_stored_clear(struct download_stored *stored)
{
    explicit_bzero(stored->bytes, stored->n);
    free(stored->bytes);
}

// Made of the configuration and the device's own MAC, never of the request.
static int format_path(const struct wish *wish, enum download_kind kind,
    char out[DOWNLOAD_STORED_PATH_SIZE], struct err *err)
{
    int n = snprintf(out, DOWNLOAD_STORED_PATH_SIZE, "%s/%s%s", wish->settings->devices_dir,
        wish->mac, kind == DOWNLOAD_CERT ? CONTRACT_SUFFIX_CERT : CONTRACT_SUFFIX_KEY);

    return n > 0 && n < DOWNLOAD_STORED_PATH_SIZE
               ? 0
               : err_set(err, ERR_INVALID, "its path is too long");
}

static int check_key(const struct wish *wish, const uint8_t *pem, size_t n, struct err *err)
{
    char path[DOWNLOAD_STORED_PATH_SIZE];
    uint8_t *certificate;
    size_t certificate_n;
    int rc = format_path(wish, DOWNLOAD_CERT, path, err);

    if (rc == 0)
        rc = file_read(path, FILE_MAX, &certificate, &certificate_n, err);
    if (rc < 0)
        return rc;
    rc = device_credential_check_key(pem, n, certificate, certificate_n, err);
    free(certificate);
    return rc;
}

static int check(const struct wish *wish, const uint8_t *pem, size_t n, struct err *err)
{
    return wish->file->kind == DOWNLOAD_CERT
               ? device_auth_check_own(wish->settings->auth, pem, n, wish->mac, err)
               : check_key(wish, pem, n, err);
}

static int find_key(
    const struct download_stored *shown, char id[DIGEST_SHA256_TEXT_SIZE], struct err *err)
{
    struct certificate *certificate;
    int rc = shown->shown != NULL
                 ? certificate_from_der(shown->shown, shown->shown_n, &certificate, err)
                 : ERR_NOT_FOUND;

    if (rc < 0)
        return rc;
    rc = certificate_key_id(certificate, id, err);
    certificate_free(certificate);
    return rc;
}

// What stands in place of its certificate's file while the CA changes. ERR_NOT_FOUND: nothing.
static int read_rotated(const struct wish *wish, struct download_stored *out, struct err *err)
{
    struct store_connection *connection;
    char key_id[DIGEST_SHA256_TEXT_SIZE];
    char *pem = NULL;
    int rc = wish->file->kind == DOWNLOAD_CERT ? find_key(out, key_id, err) : ERR_NOT_FOUND;

    if (rc == 0)
        rc = store_read_begin(wish->settings->store, &connection, err);
    if (rc < 0)
        return rc;
    rc = rotation_store_get_certificate(connection, wish->mac, key_id, &pem, err);
    store_read_end(wish->settings->store, connection);
    if (rc < 0)
        return rc;
    out->bytes = (uint8_t *)pem;
    out->n = strlen(pem);
    return 0;
}

// The device's own file, judged.
static int read_own(const struct wish *wish, struct download_stored *out, struct err *err)
{
    int rc = format_path(wish, wish->file->kind, out->path, err);

    if (rc == 0)
        rc = read_rotated(wish, out, err);
    if (rc == ERR_NOT_FOUND)
        rc = file_read(out->path, FILE_MAX, &out->bytes, &out->n, err);
    if (rc < 0)
        return rc;
    rc = check(wish, out->bytes, out->n, err);
    if (rc < 0)
        download_stored_clear(out);
    return rc == ERR_NOT_FOUND ? ERR_IO : rc; // that is another file's
}

// The CA in use, which was judged good, whatever its file holds now.
static int copy_ca(const struct wish *wish, struct download_stored *out, struct err *err)
{
    snprintf(out->path, sizeof out->path, "%s", "ca.crt");
    return device_auth_copy_ca(wish->settings->auth, &out->bytes, &out->n) < 0
               ? err_set(err, ERR_NO_MEMORY, "no memory")
               : 0;
}

int download_stored_read(const struct download_settings *settings, const char *mac,
    const struct download_file *file, struct download_stored *out, struct err *err)
{
    struct wish wish = {settings, mac, file};
    int rc = file->kind == DOWNLOAD_CA ? copy_ca(&wish, out, err) : read_own(&wish, out, err);

    if (rc == 0 && file->der) {
        rc = convert_to_der(&out->bytes, &out->n, err);
        if (rc < 0)
            download_stored_clear(out);
    }
    return rc;
}
