// Reads what lies on the server for one device.
#include "server/download/download_stored.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/base/file.h"
#include "server/pki/certificate.h"
#include "server/pki/pem.h"
#include "server/store/rotation_store.h"

#define FILE_MAX ((size_t)64 * 1024)

// What is asked for.
struct wish {
    const struct download_settings *settings;
    const char *mac;
};

void download_stored_clear(struct download_stored *stored)
{
    explicit_bzero(stored->bytes, stored->n);
    free(stored->bytes);
}

int download_stored_convert(
    const struct download_file *file, struct download_stored *stored, struct err *err)
{
    struct download_stored der = *stored;
    int rc = file->der ? pem_to_der(stored->bytes, stored->n, &der.bytes, &der.n, err) : 0;

    if (file->der || rc < 0)
        download_stored_clear(stored);
    if (rc == 0)
        *stored = der;
    return rc;
}

// Made of the configuration and the device's own MAC, never of the request.
static int format_path(
    const struct wish *wish, char out[DOWNLOAD_STORED_PATH_SIZE], struct err *err)
{
    int n = snprintf(out, DOWNLOAD_STORED_PATH_SIZE, "%s/%s%s", wish->settings->devices_dir,
        wish->mac, CONTRACT_SUFFIX_CERT);

    return n > 0 && n < DOWNLOAD_STORED_PATH_SIZE
               ? 0
               : err_set(err, ERR_INVALID, "its path is too long");
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
    int rc = find_key(out, key_id, err);

    if (rc < 0)
        return rc;
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

// The device's own certificate, judged.
static int read_own(const struct wish *wish, struct download_stored *out, struct err *err)
{
    int rc = format_path(wish, out->path, err);

    if (rc == 0)
        rc = read_rotated(wish, out, err);
    if (rc == ERR_NOT_FOUND)
        rc = file_read(out->path, FILE_MAX, &out->bytes, &out->n, err);
    if (rc < 0)
        return rc;
    rc = device_auth_check_own(wish->settings->auth, out->bytes, out->n, wish->mac, err);
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
    struct wish wish = {settings, mac};
    int rc = file->kind == DOWNLOAD_CA ? copy_ca(&wish, out, err) : read_own(&wish, out, err);

    return rc < 0 ? rc : download_stored_convert(file, out, err);
}
