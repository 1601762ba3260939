// What a CA has issued, told to the daemon.
#include "server/ctl/pki_record.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "server/ctl/client.h"
#include "server/ctl/field.h"
#include "server/ctl/output.h"
#include "server/ctl/pki_issue.h"
#include "server/ctl/text.h"
#include "server/pki/issued.h"

#define AT_ONCE 64

static int post(struct client *client, const char *pem, size_t n, json_t **out, struct err *err)
{
    struct client_request request = {
        .method = "POST",
        .path = "/api/v1/certificates",
        .body = (const uint8_t *)pem,
        .size_bytes = n,
        .type = "application/x-pem-file",
        .once = true,
    };

    return client_call(client, &request, out, err);
}

static int read_files(
    const struct pki_folder_pair *pairs, size_t count, char **pem, size_t *n, struct err *err)
{
    struct certificate **certificates = calloc(count, sizeof(struct certificate *));
    int rc = certificates != NULL ? 0 : err_set(err, ERR_NO_MEMORY, "no memory for certificates");

    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = certificate_load(pairs[i].public_path, &certificates[i], err);
    if (rc == 0)
        rc = issued_format(certificates, count, pem, n, err);
    for (size_t i = 0; certificates != NULL && i < count; i++)
        certificate_free(certificates[i]);
    free(certificates);
    return rc;
}

static int tell(const struct subcommand_call *call, const struct pki_folder_pair *pairs,
    size_t count, json_t **answer, struct err *err)
{
    struct client *client = NULL;
    char *pem = NULL;
    size_t n = 0;
    int rc = read_files(pairs, count, &pem, &n, err);

    if (rc == 0)
        rc = client_open(call->target, &client, err);
    if (rc == 0)
        rc = post(client, pem, n, answer, err);
    client_close(client);
    free(pem);
    return rc;
}

__attribute__((format(printf, 2, 3))) static void note(
    struct pki_record *record, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(record->note, sizeof record->note, format, args);
    va_end(args);
    if (!record->call->json)
        text_line(stderr, "secureesp: %s", record->note);
}

void pki_record_tell(struct pki_record *record, const struct pki_folder_pair *pairs, size_t count)
{
    const struct subcommand_call *call = record->call;
    struct err err = {0};
    json_t *answer = NULL;

    if (record->failed || count == 0)
        return;
    if (tell(call, pairs, count, &answer, &err) < 0) {
        record->failed = true;
        note(record,
            "the daemon does not know about it yet: %s; run `secureesp pki record %s` later to "
            "tell it",
            err.code == ERR_UNAVAILABLE && call->target->socket != NULL ? "no daemon answers here"
                                                                        : err.message,
            call->options->arguments[0]);
        return;
    }
    record->failed = field_integer(answer, "foreign", 0) > 0;
    if (record->failed)
        note(record, "the daemon at %s trusts another CA, and was not told about it",
            client_target_place(call->target));
    if (field_integer(answer, "revoked", 0) > 0)
        note(record,
            "%s is revoked, and stays shut out with this certificate too; `secureesp devices "
            "readmit` lets a device in again",
            field_text(answer, "revoked_name", "-"));
    json_decref(answer);
}

// A folder's record under way.
struct reading {
    struct client *client;
    FILE *file; // writes text
    char *text;
    size_t n;
    size_t count; // of certificates in it
    json_int_t added, known, foreign;
    struct err *err;
};

static int flush(struct reading *reading)
{
    json_t *answer;
    int rc = reading->file != NULL && fclose(reading->file) == 0
                 ? 0
                 : err_set(reading->err, ERR_NO_MEMORY, "no memory for certificates");

    if (rc == 0)
        rc = post(reading->client, reading->text, reading->n, &answer, reading->err);
    if (rc == 0) {
        reading->added += field_integer(answer, "added", 0);
        reading->known += field_integer(answer, "known", 0);
        reading->foreign += field_integer(answer, "foreign", 0);
        json_decref(answer);
    }
    free(reading->text);
    reading->text = NULL;
    reading->file = NULL;
    reading->count = 0;
    return rc;
}

static int take(const struct certificate *certificate, void *ctx)
{
    struct reading *reading = ctx;
    char *pem;
    int rc = certificate_to_pem(certificate, &pem, reading->err);

    if (rc < 0)
        return rc;
    if (reading->file == NULL)
        reading->file = open_memstream(&reading->text, &reading->n);
    if (reading->file != NULL)
        fputs(pem, reading->file);
    free(pem);
    return reading->file == NULL || ++reading->count == AT_ONCE ? flush(reading) : 0;
}

static int show(const struct subcommand_call *call, const struct reading *reading, struct err *err)
{
    if (call->json)
        return output_json(json_pack("{s:I, s:I, s:I}", "added", reading->added, "known",
                               reading->known, "foreign", reading->foreign),
            err);
    printf("%lld new to the daemon, %lld already known", (long long)reading->added,
        (long long)reading->known);
    if (reading->foreign > 0)
        printf(", %lld left out, from another CA than the daemon's", (long long)reading->foreign);
    puts("");
    return SUBCOMMAND_OK;
}

// Nothing is told of a record of which a part cannot be read.
static int tell_all(struct reading *reading, const char *folder, size_t count, struct err *err)
{
    int rc = issued_each(folder, take, reading, err);

    if (rc == 0 && reading->count > 0)
        rc = flush(reading);
    if (reading->file != NULL) {
        (void)fclose(reading->file);
        free(reading->text);
    }
    if (rc < 0)
        return err_context(err, "after %lld of %zu certificates of %s",
            (long long)(reading->added + reading->known + reading->foreign), count, folder);
    return 0;
}

// What is to be known beside the numbers.
static int judge(const struct reading *reading, const char *folder,
    const struct issued_state *state, const char *place, struct err *err)
{
    if (reading->foreign > 0 && reading->added + reading->known == 0)
        return err_set(err, ERR_CONFLICT,
            "%s/issued.pem: nothing was recorded: the daemon at %s trusts another CA than the one "
            "that issued these",
            folder, place);
    if (state->unfinished_line != 0)
        return err_set(err, ERR_INVALID,
            "%s/issued.pem: line %zu: this certificate is incomplete and was not recorded: if the "
            "file is a copy, copy it again; what a power cut left is removed when the CA issues "
            "the next one",
            folder, state->unfinished_line);
    return 0;
}

static int read_folder(const struct client_target *target, const char *folder,
    struct issued_state *state, struct reading *reading, struct err *err)
{
    int rc = issued_look(folder, state, err);

    if (rc == 0)
        rc = client_open(target, &reading->client, err);
    if (rc < 0)
        return rc;
    rc = tell_all(reading, folder, state->count, err);
    client_close(reading->client);
    return rc;
}

int pki_record_folder(
    const struct client_target *target, const char *folder, int64_t *added, struct err *err)
{
    struct reading reading = {.err = err};
    struct issued_state state;
    int rc = read_folder(target, folder, &state, &reading, err);

    if (rc == 0)
        *added = reading.added;
    return rc;
}

int pki_record_run(const struct subcommand_call *call, struct err *err)
{
    struct reading reading = {.err = err};
    struct issued_state state;
    const char *folder = NULL;
    int rc = pki_issue_read_folder(call->options, &folder, err);

    if (rc != SUBCOMMAND_OK)
        return rc;
    rc = read_folder(call->target, folder, &state, &reading, err);
    if (rc == 0)
        rc = show(call, &reading, err);
    return rc != SUBCOMMAND_OK
               ? rc
               : judge(&reading, folder, &state, client_target_place(call->target), err);
}
