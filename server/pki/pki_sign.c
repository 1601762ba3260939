// Certificates for keys that are elsewhere.
#include "server/pki/pki_sign.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/file.h"
#include "server/pki/certificate.h"
#include "server/pki/credential_file.h"
#include "server/pki/issued.h"
#include "server/pki/pki_pairs.h"
#include "server/pki/request_file.h"

static int read_request(
    const char *path, const char *name, struct certificate_request *out, struct err *err)
{
    uint8_t *pem;
    size_t n;
    int rc = file_read(path, REQUEST_FILE_MAX, &pem, &n, err);

    if (rc < 0)
        return rc;
    rc = request_file_parse(pem, n, out, err);
    free(pem);
    if (rc < 0)
        return err_context(err, "%s", path);
    if (strcmp(out->common_name, name) != 0)
        return err_set(err, ERR_INVALID, "%s is of %s, not of %s", path, out->common_name, name);
    return 0;
}

int pki_sign_server(const struct issuer *issuer, const struct pki_folder_order *order,
    const struct issuer_order *certificate, const struct pki_sign *sign, struct err *err)
{
    struct issuer_order wanted = *certificate;
    struct certificate_request request;
    struct certificate *made = NULL;
    int rc = pki_folder_place_server(order, &wanted, sign->out, err);

    if (rc == 0)
        rc = read_request(sign->request_path, wanted.common_name, &request, err);
    if (rc == 0 && credential_file_is_free(sign->out->key_path, err) < 0)
        rc = err_set(err, ERR_CONFLICT,
            "the key of %s is here, and another's cannot take its place", wanted.common_name);
    if (rc == 0 && !order->force)
        rc = credential_file_is_free(sign->out->public_path, err);
    if (rc == 0)
        rc = issuer_issue_public(issuer, &wanted, &request.key, &made, err);
    if (rc == 0)
        rc = issued_add(order->folder, &made, 1, err);
    if (rc == 0)
        rc = pki_pairs_write_certificate(order, made, sign->out, err);
    certificate_free(made);
    sign->out->key_path[0] = '\0';
    return rc;
}
