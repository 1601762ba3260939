// Certificates by the new CA, on their way to the daemon.
#include "server/ctl/pki_rotate_tell.h"

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "server/ctl/field.h"

#define AT_ONCE 32 // pairs

// Those that are told next.
struct batch {
    struct client *client;
    FILE *file; // writes text
    char *text;
    size_t n;
    size_t count; // of pairs
    struct err *err;
};

static int post(struct batch *batch, const char *path, json_t **answer)
{
    struct client_request request = {
        .method = "POST",
        .path = path,
        .body = (const uint8_t *)batch->text,
        .size_bytes = batch->n,
        .type = "application/x-pem-file",
    };

    return client_call(batch->client, &request, answer, batch->err);
}

static int flush(struct batch *batch)
{
    json_t *answer = NULL;
    int rc = fclose(batch->file) == 0
                 ? 0
                 : err_set(batch->err, ERR_NO_MEMORY, "no memory for certificates");

    batch->file = NULL;
    if (rc == 0)
        rc = post(batch, "/api/v1/certificates", &answer);
    json_decref(answer);
    answer = NULL;
    if (rc == 0)
        rc = post(batch, "/api/v1/rotation/certificates", &answer);
    if (rc == 0 && field_integer(answer, "taken", 0) != (int64_t)(2 * batch->count))
        rc = err_set(batch->err, ERR_CONFLICT,
            "the daemon does not take all certificates: let its ca hold both CAs, and reload it");
    json_decref(answer);
    free(batch->text);
    batch->text = NULL;
    batch->count = 0;
    return rc;
}

static int write_one(struct batch *batch, const struct certificate *certificate)
{
    char *pem;
    int rc = certificate_to_pem(certificate, &pem, batch->err);

    if (rc < 0)
        return rc;
    if (batch->file == NULL)
        batch->file = open_memstream(&batch->text, &batch->n);
    rc = batch->file != NULL && fputs(pem, batch->file) >= 0
             ? 0
             : err_set(batch->err, ERR_NO_MEMORY, "no memory for certificates");
    free(pem);
    return rc;
}

static int take(const struct certificate *old, const struct certificate *fresh, void *ctx)
{
    struct batch *batch = ctx;
    int rc = write_one(batch, old);

    if (rc == 0)
        rc = write_one(batch, fresh);
    if (rc < 0)
        return rc;
    return ++batch->count == AT_ONCE ? flush(batch) : 0;
}

int pki_rotate_tell(struct client *client, struct pki_reissue *reissue, struct err *err)
{
    struct batch batch = {.client = client, .err = err};
    int rc = pki_reissue_devices(reissue, take, &batch, err);

    if (rc == 0 && batch.count > 0)
        rc = flush(&batch);
    if (batch.file != NULL)
        (void)fclose(batch.file);
    free(batch.text);
    return rc;
}
