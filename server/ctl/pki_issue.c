// What the commands that issue certificates have in common.
#include "server/ctl/pki_issue.h"

#include <stdint.h>
#include <stdio.h>

#include "server/base/clock.h"
#include "server/ctl/output.h"
#include "server/ctl/text.h"

int pki_issue_read_folder(const struct options *options, const char **out, struct err *err)
{
    if (options->arguments[0][0] == '\0') // as of a variable that is not set
        return subcommand_misuse(err, "\"\" is not a folder");
    *out = options->arguments[0];
    return SUBCOMMAND_OK;
}

int pki_issue_read_order(
    const struct options *options, struct pki_folder_order *out, struct err *err)
{
    static const int64_t range[2] = {1, PKI_ISSUE_DAYS_MAX};
    const char *folder = NULL;
    int64_t days = 0;
    int rc = pki_issue_read_folder(options, &folder, err);

    if (rc != SUBCOMMAND_OK)
        return rc;
    if (options_number(options, "days", range, &days, err) < 0)
        return SUBCOMMAND_USAGE;
    *out = (struct pki_folder_order){
        .folder = folder,
        .kind = options_has(options, "rsa") ? PRIVATE_KEY_RSA2048 : PRIVATE_KEY_P256,
        .days = (int)days,
        .force = options_has(options, "force"),
        .now_ms = clock_system_ms(),
    };
    return SUBCOMMAND_OK;
}

void pki_issue_print(const char *name, const struct pki_folder_pair *pair)
{
    char until[CLOCK_TEXT_SIZE];

    clock_format(pair->not_after_ms, until);
    text_line(stdout, "%s: %s%s%s, until %s, serial %s", name, pair->public_path,
        pair->key_path[0] != '\0' ? " and " : "", pair->key_path, until, pair->serial);
}

json_t *pki_issue_describe(
    const char *name, const struct pki_folder_pair *pair, const struct pki_record *record)
{
    json_t *object = json_pack("{s:o, s:o, s:o, s:s, s:I}", "name", output_text(name),
        "certificate", output_text(pair->public_path), "key",
        pair->key_path[0] != '\0' ? output_text(pair->key_path) : json_null(), "serial",
        pair->serial, "not_after_ms", (json_int_t)pair->not_after_ms);

    if (object == NULL || record == NULL)
        return object;

    json_t *note = record->note[0] != '\0' ? output_text(record->note) : json_null();

    if (json_object_set_new(object, "told", json_boolean(!record->failed)) < 0 ||
        json_object_set_new(object, "note", note) < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}
