// A certificate revocation list, of what the daemon knows to be revoked.
#include "server/ctl/pki_crl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/ctl/client.h"
#include "server/ctl/field.h"
#include "server/ctl/output.h"
#include "server/ctl/pki_issue.h"
#include "server/ctl/text.h"
#include "server/model/revocation_reason.h"
#include "server/pki/crl.h"
#include "server/pki/crl_number.h"

#define MODE 0644

// What is to be signed.
struct request {
    const struct subcommand_call *call;
    const char *folder;
    struct issuer *issuer;
    struct crl_order order;
    struct crl_entry *entries;
};

static int read_entry(const json_t *certificate, struct crl_entry *out, struct err *err)
{
    const char *serial = field_text(certificate, "serial", "");
    int reason = revocation_reason_stored_code(field_text(certificate, "reason", ""));

    if (!serial_is_canonical(serial) || reason < 0 || !field_has(certificate, "revoked_at_ms"))
        return err_set(err, ERR_INVALID,
            "the daemon names a certificate that cannot be listed: serial \"%s\", reason "
            "\"%s\"",
            serial, field_text(certificate, "reason", ""));
    snprintf(out->serial, sizeof out->serial, "%s", serial);
    out->at_ms = field_integer(certificate, "revoked_at_ms", 0);
    out->reason = reason;
    return 0;
}

static int add_entries(struct request *request, const json_t *answer, struct err *err)
{
    size_t count = json_array_size(answer);
    struct crl_entry *entries =
        realloc(request->entries, (request->order.count + count + 1) * sizeof *entries);
    int rc = 0;

    if (entries == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a list");
    request->entries = entries;
    for (size_t i = 0; i < count && rc == 0; i++) {
        rc = read_entry(json_array_get(answer, i), &entries[request->order.count], err);
        request->order.count += rc == 0;
    }
    return rc;
}

static int get(struct client *client, const char *path, json_t **answer, struct err *err)
{
    struct client_request request = {.method = "GET", .path = path};

    return client_call(client, &request, answer, err);
}

static bool has_text(const json_t *array, const char *text)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *item = json_string_value(json_array_get(array, i));

        if (item != NULL && strcmp(item, text) == 0)
            return true;
    }
    return false;
}

// Serials are those of the CA that the daemon trusts: signed by another they would name others.
static int check_ca(const struct request *request, struct client *client, struct err *err)
{
    char fingerprint[DIGEST_SHA256_TEXT_SIZE];
    json_t *status = NULL;
    int rc = issuer_fingerprint(request->issuer, fingerprint, err);

    if (rc == 0)
        rc = get(client, "/api/v1/status", &status, err);
    if (rc < 0)
        return rc;

    bool is_trusted = has_text(
        json_object_get(json_object_get(status, "certificates"), "ca_sha256"), fingerprint);

    json_decref(status);
    if (is_trusted)
        return 0;
    return err_set(err, ERR_CONFLICT,
        "the daemon at %s trusts another CA than that of %s, which cannot sign a list of what the "
        "daemon knows",
        client_target_place(request->call->target), request->folder);
}

// Those on hold stand in it too (RFC 5280, 5.3.1). They are asked for first, so that one that is
// revoked for good in between is not missed; as it is in both then, and the first entry of a serial
// counts, they stand last.
static int fetch(struct request *request, struct err *err)
{
    struct client *client;
    json_t *on_hold = NULL;
    json_t *revoked = NULL;
    int rc = client_open(request->call->target, &client, err);

    if (rc < 0)
        return rc;
    rc = check_ca(request, client, err);
    if (rc == 0)
        rc = get(client, "/api/v1/certificates?state=on-hold", &on_hold, err);
    if (rc == 0)
        rc = get(client, "/api/v1/certificates?state=revoked", &revoked, err);
    client_close(client);
    if (rc == 0)
        rc = add_entries(request, revoked, err);
    if (rc == 0)
        rc = add_entries(request, on_hold, err);
    json_decref(revoked);
    json_decref(on_hold);
    return rc;
}

static int show(const struct request *request, const char *path, int64_t until_ms, struct err *err)
{
    const struct crl_order *order = &request->order;
    char until[CLOCK_TEXT_SIZE];

    if (request->call->json)
        return output_json(json_pack("{s:o, s:I, s:I, s:I}", "crl", output_text(path), "number",
                               (json_int_t)order->number, "entries", (json_int_t)order->count,
                               "next_update_ms", (json_int_t)until_ms),
            err);
    clock_format(until_ms, until);
    text_line(stdout, "%s: number %llu, %zu revoked, the next one is due by %s", path,
        (unsigned long long)order->number, order->count, until);
    return SUBCOMMAND_OK;
}

static int deliver(
    const struct request *request, const char *pem, int64_t until_ms, struct err *err)
{
    const char *path = options_value(request->call->options, "out");

    if (path == NULL && !request->call->json)
        return fputs(pem, stdout) == EOF ? err_set(err, ERR_IO, "cannot write to standard output")
                                         : SUBCOMMAND_OK;
    if (path == NULL)
        return output_json(
            json_pack("{s:s, s:I, s:I, s:I}", "pem", pem, "number",
                (json_int_t)request->order.number, "entries", (json_int_t)request->order.count,
                "next_update_ms", (json_int_t)until_ms),
            err);

    int rc = file_output(path, (const uint8_t *)pem, strlen(pem), MODE, err);

    return rc < 0 ? rc : show(request, path, until_ms, err);
}

// The number is taken first: one that is signed never has that of another.
static int sign(struct request *request, struct err *err)
{
    char *pem = NULL;
    int64_t until_ms = 0;
    int rc = crl_number_take(request->folder, request->order.now_ms, &request->order.number, err);

    request->order.entries = request->entries;
    if (rc == 0)
        rc = crl_sign(request->issuer, &request->order, &pem, &until_ms, err);
    if (rc == 0)
        rc = deliver(request, pem, until_ms, err);
    free(pem);
    return rc;
}

int pki_crl_run(const struct subcommand_call *call, struct err *err)
{
    struct request request = {.call = call};
    struct pki_folder_order order;
    int rc = pki_issue_read_order(call->options, &order, err);

    if (rc != SUBCOMMAND_OK)
        return rc;
    request.order.days = order.days;
    request.order.now_ms = order.now_ms;
    request.folder = order.folder;
    rc = pki_folder_open(order.folder, &request.issuer, err);
    if (rc == 0)
        rc = fetch(&request, err);
    if (rc == 0)
        rc = sign(&request, err);
    issuer_free(request.issuer);
    free(request.entries);
    return rc;
}
