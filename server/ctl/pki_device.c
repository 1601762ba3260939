// `secureesp pki device`: certificates of devices, any number of them.
#include "server/ctl/pki_device.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/mac.h"
#include "server/ctl/output.h"
#include "server/ctl/pki_issue.h"
#include "server/ctl/pki_record.h"
#include "server/pki/credential_file.h"
#include "server/pki/pki_folder.h"

static int compare_macs(const void *a, const void *b)
{
    return memcmp(a, b, MAC_SIZE);
}

// The second certificate of one MAC would fail, or replace the first.
static int check_each_is_another(const char (*macs)[MAC_SIZE], size_t n, struct err *err)
{
    char(*sorted)[MAC_SIZE] = malloc(n * sizeof *sorted);
    int rc = sorted != NULL ? SUBCOMMAND_OK : err_set(err, ERR_NO_MEMORY, "no memory for MACs");

    if (rc == SUBCOMMAND_OK) {
        memcpy(sorted, macs, n * sizeof *sorted);
        qsort(sorted, n, sizeof *sorted, compare_macs);
    }
    for (size_t i = 1; rc == SUBCOMMAND_OK && i < n; i++) {
        if (strcmp(sorted[i], sorted[i - 1]) == 0)
            rc = subcommand_misuse(err, "%s is given twice", sorted[i]);
    }
    free(sorted);
    return rc;
}

// All of them are read before the first certificate is made. The caller frees *out.
static int read_macs(const struct options *options, char (**out)[MAC_SIZE], struct err *err)
{
    size_t n = options->argument_count - 1;
    char(*macs)[MAC_SIZE] = calloc(n, sizeof *macs);
    int rc = macs != NULL ? SUBCOMMAND_OK : err_set(err, ERR_NO_MEMORY, "no memory for MACs");

    for (size_t i = 0; rc == SUBCOMMAND_OK && i < n; i++)
        rc = subcommand_read_mac(options->arguments[i + 1], macs[i], err);
    if (rc == SUBCOMMAND_OK)
        rc = check_each_is_another((const char(*)[MAC_SIZE])macs, n, err);
    if (rc == SUBCOMMAND_OK)
        *out = macs;
    else
        free(macs);
    return rc;
}

// A `pki device` under way.
struct batch {
    const struct subcommand_call *call;
    const struct issuer *issuer;
    const struct pki_folder_order *order;
    char (*macs)[MAC_SIZE];
    size_t count;
    struct pki_record record;
    json_t *list; // of what is made
};

// Nothing is made if one of them has its files already.
static int check_devices(const struct batch *batch, struct err *err)
{
    int rc = 0;

    for (size_t i = 0; i < batch->count && rc == 0; i++)
        rc = pki_folder_check_device(batch->order, batch->macs[i], err);
    return rc;
}

// Issues some of them at once, since each record costs the disk a while.
static int issue_some(struct batch *batch, size_t from, size_t count, struct err *err)
{
    struct pki_folder_devices devices = {
        .macs = (const char(*)[MAC_SIZE])batch->macs + from,
        .count = count,
        .pairs = calloc(count, sizeof *devices.pairs),
    };
    int rc = devices.pairs == NULL
                 ? err_set(err, ERR_NO_MEMORY, "no memory for certificates")
                 : pki_folder_add_devices(batch->issuer, batch->order, &devices, err);

    for (size_t i = 0; i < devices.made && !batch->call->json; i++)
        pki_issue_print(devices.macs[i], &devices.pairs[i]);
    pki_record_tell(&batch->record, devices.pairs, devices.made);
    for (size_t i = 0; i < devices.made && batch->call->json; i++)
        json_array_append_new(
            batch->list, pki_issue_describe(devices.macs[i], &devices.pairs[i], &batch->record));
    free(devices.pairs);
    if (rc < 0)
        return err_context(err, "%s, after %zu of %zu", devices.macs[devices.at],
            from + devices.made, batch->count);
    return 0;
}

// Says of each certificate that it is made, also of those before one that failed.
static int issue_devices(struct batch *batch, struct err *err)
{
    int rc = 0;

    for (size_t i = 0; i < batch->count && rc == 0; i += PKI_FOLDER_DEVICES_MAX) {
        size_t left = batch->count - i;

        rc = issue_some(
            batch, i, left < PKI_FOLDER_DEVICES_MAX ? left : PKI_FOLDER_DEVICES_MAX, err);
    }
    return rc;
}

static int make_devices(struct batch *batch, struct err *err)
{
    struct err later = {0}; // beside a failure before it, nothing that anyone needs to read

    batch->list = json_array();

    int rc = issue_devices(batch, err);
    int sync = credential_file_sync(batch->order->folder, rc < 0 ? &later : err);

    if (rc == 0)
        rc = sync;
    if (!batch->call->json) {
        json_decref(batch->list);
        return rc;
    }

    int output = output_json(batch->list, rc < 0 ? &later : err);

    return rc < 0 ? rc : output;
}

int pki_device_run(const struct subcommand_call *call, struct err *err)
{
    struct pki_folder_order order;
    struct issuer *issuer = NULL;
    struct batch batch = {.call = call,
        .order = &order,
        .count = call->options->argument_count - 1,
        .record = {.call = call}};
    int rc = pki_issue_read_order(call->options, &order, err);

    if (rc == SUBCOMMAND_OK)
        rc = read_macs(call->options, &batch.macs, err);
    if (rc != SUBCOMMAND_OK)
        return rc;
    rc = pki_folder_open(order.folder, &issuer, err);
    batch.issuer = issuer;
    if (rc == 0)
        rc = check_devices(&batch, err);
    if (rc == 0)
        rc = make_devices(&batch, err);
    issuer_free(issuer);
    free(batch.macs);
    return rc;
}
