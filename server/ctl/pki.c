// `secureesp pki`: a CA, and what it issues.
#include "server/ctl/pki.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "server/ctl/output.h"
#include "server/ctl/pages.h"
#include "server/ctl/pki_crl.h"
#include "server/ctl/pki_device.h"
#include "server/ctl/pki_issue.h"
#include "server/ctl/pki_list.h"
#include "server/ctl/pki_record.h"
#include "server/ctl/pki_renew.h"
#include "server/ctl/pki_revoke.h"
#include "server/ctl/pki_rotate.h"
#include "server/ctl/text.h"
#include "server/pki/client_name.h"
#include "server/pki/credential_file.h"
#include "server/pki/pki_folder.h"
#include "server/pki/pki_sign.h"

#define CA_NAME_DEFAULT "secureesp CA"
#define INTERMEDIATE_NAME_DEFAULT "secureesp device CA"
#define NAMES_MAX 64

// clang-format off: its versions differ in braces
#define OPTION_DAYS                                                                                \
    {                                                                                              \
        "days", OPTION_VALUE, "N", "how many days the certificate is valid"                        \
    }
#define OPTION_RSA                                                                                 \
    {                                                                                              \
        "rsa", OPTION_FLAG, NULL, "make an RSA-2048 key instead of P-256"                          \
    }
#define OPTION_FORCE                                                                               \
    {                                                                                              \
        "force", OPTION_FLAG, NULL, "replace existing files"                                       \
    }
// clang-format on

static const struct option_rule init_options[] = {
    {"name", OPTION_VALUE, "CN", "the CA's common name (" CA_NAME_DEFAULT ")"},
    {"root", OPTION_FLAG, NULL, "let it sign other CAs ('pki intermediate')"},
    OPTION_DAYS,
    OPTION_RSA,
    OPTION_FORCE,
    {0},
};

static const struct option_rule intermediate_options[] = {
    {"name", OPTION_VALUE, "CN", "the new CA's common name (" INTERMEDIATE_NAME_DEFAULT ")"},
    OPTION_DAYS,
    OPTION_RSA,
    OPTION_FORCE,
    {0},
};

static const struct option_rule server_options[] = {
    {"dns", OPTION_LIST, "HOST", "a host name that it serves; NAME if none is given"},
    {"ip", OPTION_LIST, "ADDR", "an address that it serves"},
    {"request", OPTION_VALUE, "FILE", "sign this request (PKCS #10), whose key stays where it is"},
    OPTION_DAYS,
    OPTION_RSA,
    OPTION_FORCE,
    {0},
};

static const struct option_rule device_options[] = {
    OPTION_DAYS,
    OPTION_RSA,
    OPTION_FORCE,
    {0},
};

static const struct option_rule client_options[] = {
    {"role", OPTION_VALUE, "ROLE", "what it may do at the broker: monitor, homeassistant, ..."},
    OPTION_DAYS,
    OPTION_RSA,
    OPTION_FORCE,
    {0},
};

static const struct option_rule list_options[] = {
    {"state", OPTION_VALUE, "STATE", "good, revoked, on-hold, expired or not-yet-valid"},
    PAGES_OPTION("all"),
    {0},
};

static const struct option_rule crl_options[] = {
    {"days", OPTION_VALUE, "N", "how many days until the next list is due (30)"},
    {"out", OPTION_VALUE, "FILE", "write it there instead of to standard output"},
    {0},
};

static const struct option_rule signing_options[] = {
    {"ec", OPTION_FLAG, NULL, "make a P-256 key; deployed sketches need RSA-2048"},
    OPTION_FORCE,
    {0},
};

// The end of a command that made one certificate.
static int report(const struct subcommand_call *call, const char *name,
    const struct pki_folder_pair *pair, bool is_issued, struct err *err)
{
    struct pki_record record = {.call = call};
    int rc = credential_file_sync(call->options->arguments[0], err);

    if (rc < 0)
        return rc;
    if (!call->json)
        pki_issue_print(name, pair);
    if (is_issued)
        pki_record_tell(&record, pair, 1);
    return call->json ? output_json(pki_issue_describe(name, pair, is_issued ? &record : NULL), err)
                      : 0;
}

static int run_init(const struct subcommand_call *call, struct err *err)
{
    struct pki_folder_order order;
    struct pki_folder_pair pair;
    const char *name = options_value(call->options, "name");
    int rc = pki_issue_read_order(call->options, &order, err);

    if (rc != SUBCOMMAND_OK)
        return rc;
    if (name == NULL)
        name = CA_NAME_DEFAULT;
    order.is_root = options_has(call->options, "root");
    rc = pki_folder_init(&order, name, &pair, err);
    return rc < 0 ? rc : report(call, name, &pair, false, err);
}

static int run_intermediate(const struct subcommand_call *call, struct err *err)
{
    struct pki_folder_order order;
    struct pki_folder_pair pair;
    struct pki_folder_ca ca = {
        .folder = call->options->arguments[1],
        .common_name = options_value(call->options, "name"),
    };
    struct issuer *issuer;
    int rc = pki_issue_read_order(call->options, &order, err);

    if (rc == SUBCOMMAND_OK && ca.folder[0] == '\0')
        rc = subcommand_misuse(err, "\"\" is not a folder");
    if (rc != SUBCOMMAND_OK)
        return rc;
    if (ca.common_name == NULL)
        ca.common_name = INTERMEDIATE_NAME_DEFAULT;
    rc = pki_folder_open(order.folder, &issuer, err);
    if (rc < 0)
        return rc;
    rc = pki_folder_add_ca(issuer, &order, &ca, &pair, err);
    issuer_free(issuer);
    if (rc == 0)
        rc = credential_file_sync(ca.folder, err);
    return rc < 0 ? rc : report(call, ca.common_name, &pair, true, err);
}

static int collect(const struct options *options, const char *option, const char *out[NAMES_MAX],
    size_t *count, struct err *err)
{
    size_t cursor = 0;
    const char *value;

    *count = 0;
    while ((value = options_next(options, option, &cursor)) != NULL) {
        if (*count == NAMES_MAX)
            return subcommand_misuse(err, "--%s is given more than %d times", option, NAMES_MAX);
        out[(*count)++] = value;
    }
    return SUBCOMMAND_OK;
}

static int run_server(const struct subcommand_call *call, struct err *err)
{
    const char *dns[NAMES_MAX];
    const char *ip[NAMES_MAX];
    struct pki_folder_order order;
    struct pki_folder_pair pair;
    struct issuer_order wanted = {
        .common_name = call->options->arguments[1],
        .names = {.dns = dns, .ip = ip},
    };
    struct issuer *issuer;
    int rc = pki_issue_read_order(call->options, &order, err);

    if (rc == SUBCOMMAND_OK)
        rc = collect(call->options, "dns", dns, &wanted.names.dns_count, err);
    if (rc == SUBCOMMAND_OK)
        rc = collect(call->options, "ip", ip, &wanted.names.ip_count, err);
    if (rc != SUBCOMMAND_OK)
        return rc;
    rc = pki_folder_open(order.folder, &issuer, err);
    if (rc < 0)
        return rc;
    rc = options_has(call->options, "request")
             ? pki_sign_server(issuer, &order, &wanted,
                   &(struct pki_sign){options_value(call->options, "request"), &pair}, err)
             : pki_folder_add_server(issuer, &order, &wanted, &pair, err);
    issuer_free(issuer);
    return rc < 0 ? rc : report(call, wanted.common_name, &pair, true, err);
}

static int run_client(const struct subcommand_call *call, struct err *err)
{
    struct pki_folder_order order;
    struct pki_folder_pair pair;
    struct issuer_order wanted = {
        .common_name = call->options->arguments[1],
        .unit = options_value(call->options, "role"),
    };
    struct issuer *issuer;
    int rc = pki_issue_read_order(call->options, &order, err);

    if (rc == SUBCOMMAND_OK && wanted.unit == NULL)
        rc =
            subcommand_misuse(err, "--role is missing: it says what the broker lets the client do");
    if (rc != SUBCOMMAND_OK)
        return rc;
    rc = pki_folder_open(order.folder, &issuer, err);
    if (rc < 0)
        return rc;
    rc = pki_folder_add_client(issuer, &order, &wanted, &pair, err);
    issuer_free(issuer);
    if (rc == 0)
        rc = report(call, wanted.common_name, &pair, true, err);
    if (rc == 0 && !client_name_is_built_in_role(wanted.unit))
        text_line(stderr,
            "secureesp: the role %s may do nothing until plugin_opt_role in the broker's "
            "configuration gives it rights",
            wanted.unit);
    return rc;
}

static int run_signing(const struct subcommand_call *call, struct err *err)
{
    const char *name = call->options->arguments[1];
    struct pki_folder_order order;
    struct pki_folder_pair pair;
    int rc = pki_issue_read_order(call->options, &order, err);

    if (rc != SUBCOMMAND_OK)
        return rc;
    order.kind = options_has(call->options, "ec") ? PRIVATE_KEY_P256 : PRIVATE_KEY_RSA2048;
    rc = pki_folder_add_signing(&order, name, &pair, err);
    if (rc < 0)
        return rc;
    rc = credential_file_sync(order.folder, err);
    if (rc < 0)
        return rc;
    if (call->json)
        return output_json(json_pack("{s:s, s:o, s:o}", "name", name, "public_key",
                               output_text(pair.public_path), "key", output_text(pair.key_path)),
            err);
    text_line(stdout, "%s: %s and %s", name, pair.public_path, pair.key_path);
    return 0;
}

const struct subcommand pki_subcommands[] = {
    {"pki", "init", "DIR [--name CN] [--root] [--days N] [--rsa] [--force]",
        "make a CA in a folder", init_options, 1, 1, run_init},
    {"pki", "intermediate", "DIR NEW-DIR [--name CN] [--days N] [--rsa] [--force]",
        "make another CA below one, in a folder of its own", intermediate_options, 2, 2,
        run_intermediate},
    {"pki", "server",
        "DIR NAME [--dns HOST]... [--ip ADDR]... [--request FILE] [--days N] [--rsa] [--force]",
        "issue a server's certificate: broker, download server, daemon", server_options, 2, 2,
        run_server},
    {"pki", "device", "DIR MAC... [--days N] [--rsa] [--force]", "issue certificates for devices",
        device_options, 2, SIZE_MAX, pki_device_run},
    {"pki", "client", "DIR NAME --role ROLE [--days N] [--rsa] [--force]",
        "issue a certificate for a client of the broker that is not a device", client_options, 2, 2,
        run_client},
    {"pki", "list", "[MAC] [--state STATE] [--limit N] [--json]",
        "list the certificates that the daemon knows, or those of one device", list_options, 0, 1,
        pki_list_run},
    {"pki", "revoke", "SERIAL [--reason REASON] [--force] [--json]",
        "revoke one certificate, whoever it belongs to", pki_revoke_options, 1, 1, pki_revoke_run},
    {"pki", "crl", "DIR [--days N] [--out FILE] [--json]",
        "sign a list of the revoked certificates (CRL), for other programs", crl_options, 1, 1,
        pki_crl_run},
    {"pki", "record", "DIR [--json]", "tell the daemon about all that a CA has issued", NULL, 1, 1,
        pki_record_run},
    {"pki", "renew",
        "DIR [--before DAYS] [--ca DIR]... [--reload UNIT]... [--dry-run] [--request NEW-DIR | "
        "--answer PATH] [--no-daemon] [--json]",
        "renew certificates of servers and clients before they end", pki_renew_options, 1, 1,
        pki_renew_run},
    {"pki", "rotate", "start|issue|finish|abort DIR [--leave-behind MAC]... | status [--json]",
        "change to another CA without losing a device", pki_rotate_options, 1, 2, pki_rotate_run},
    {"pki", "signing", "DIR NAME [--ec] [--force]", "make a key pair that signs images",
        signing_options, 2, 2, run_signing},
    {0},
};
