#ifndef CTL_PKI_ISSUE_H
#define CTL_PKI_ISSUE_H

#include <jansson.h>

#include "server/ctl/pki_record.h"
#include "server/ctl/subcommand.h"
#include "server/pki/pki_folder.h"

#define PKI_ISSUE_DAYS_MAX 36500

// What the commands that issue certificates have in common.

// Reads the folder, the first argument. Returns as a subcommand does.
int pki_issue_read_folder(const struct options *options, const char **out, struct err *err);

// Reads the folder and --days, --rsa and --force. Returns as a subcommand does.
int pki_issue_read_order(
    const struct options *options, struct pki_folder_order *out, struct err *err);

// A certificate that was made, for people and as JSON; record: whether the daemon was told of it,
// NULL of one that it is not told of.
void pki_issue_print(const char *name, const struct pki_folder_pair *pair);
json_t *pki_issue_describe(
    const char *name, const struct pki_folder_pair *pair, const struct pki_record *record);

#endif
