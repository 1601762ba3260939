// `secureesp pki`: a CA, and what it issues.
#include "server/ctl/pki.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/mac.h"
#include "server/base/clock.h"
#include "server/ctl/output.h"
#include "server/ctl/text.h"
#include "server/pki/credential_file.h"
#include "server/pki/pki_folder.h"

#define CA_NAME_DEFAULT "secureesp CA"
#define DAYS_MAX 36500
#define NAMES_MAX 64

// clang-format off: its versions differ in braces
#define OPTION_DAYS                                                                                \
    {                                                                                              \
        "days", OPTION_VALUE, "N", "how long the certificate holds"                                \
    }
#define OPTION_RSA                                                                                 \
    {                                                                                              \
        "rsa", OPTION_FLAG, NULL, "make an RSA-2048 key; P-256 otherwise"                          \
    }
#define OPTION_FORCE                                                                               \
    {                                                                                              \
        "force", OPTION_FLAG, NULL, "replace files that exist"                                     \
    }
// clang-format on

static const struct option_rule init_options[] = {
    {"name", OPTION_VALUE, "CN", "the CA's common name (" CA_NAME_DEFAULT ")"},
    OPTION_DAYS,
    OPTION_RSA,
    OPTION_FORCE,
    {0},
};

static const struct option_rule server_options[] = {
    {"dns", OPTION_LIST, "HOST", "a host name that it serves; NAME if none is given"},
    {"ip", OPTION_LIST, "ADDR", "an address that it serves"},
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

static const struct option_rule signing_options[] = {
    {"ec", OPTION_FLAG, NULL, "make a P-256 key; deployed sketches need RSA-2048"},
    OPTION_FORCE,
    {0},
};

static int read_order(const struct options *options, struct pki_folder_order *out, struct err *err)
{
    static const int64_t range[2] = {1, DAYS_MAX};
    int64_t days = 0;

    if (options_number(options, "days", range, &days, err) < 0)
        return SUBCOMMAND_USAGE;
    *out = (struct pki_folder_order){
        .folder = options->arguments[0],
        .kind = options_has(options, "rsa") ? PRIVATE_KEY_RSA2048 : PRIVATE_KEY_P256,
        .days = (int)days,
        .force = options_has(options, "force"),
        .now_ms = clock_system_ms(),
    };
    return SUBCOMMAND_OK;
}

static void print_certificate(const char *name, const struct pki_folder_pair *pair)
{
    char until[CLOCK_TEXT_SIZE];

    clock_format(pair->not_after_ms, until);
    text_line(stdout, "%s: %s and %s, until %s, serial %s", name, pair->public_path, pair->key_path,
        until, pair->serial);
}

static json_t *describe_certificate(const char *name, const struct pki_folder_pair *pair)
{
    return json_pack("{s:o, s:o, s:o, s:s, s:I}", "name", output_text(name), "certificate",
        output_text(pair->public_path), "key", output_text(pair->key_path), "serial", pair->serial,
        "not_after_ms", (json_int_t)pair->not_after_ms);
}

// The end of a command that made one certificate.
static int report(const struct subcommand_call *call, const char *name,
    const struct pki_folder_pair *pair, struct err *err)
{
    int rc = credential_file_sync(call->options->arguments[0], err);

    if (rc < 0)
        return rc;
    if (call->json)
        return output_json(describe_certificate(name, pair), err);
    print_certificate(name, pair);
    return 0;
}

static int run_init(const struct subcommand_call *call, struct err *err)
{
    struct pki_folder_order order;
    struct pki_folder_pair pair;
    const char *name = options_value(call->options, "name");
    int rc = read_order(call->options, &order, err);

    if (rc != SUBCOMMAND_OK)
        return rc;
    if (name == NULL)
        name = CA_NAME_DEFAULT;
    rc = pki_folder_init(&order, name, &pair, err);
    return rc < 0 ? rc : report(call, name, &pair, err);
}

static int collect(const struct options *options, const char *option, const char *out[NAMES_MAX],
    size_t *count, struct err *err)
{
    size_t cursor = 0;
    const char *value;

    *count = 0;
    while ((value = options_next(options, option, &cursor)) != NULL) {
        if (*count == NAMES_MAX)
            return subcommand_misuse(err, "more than %d times --%s", NAMES_MAX, option);
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
    int rc = read_order(call->options, &order, err);

    if (rc == SUBCOMMAND_OK)
        rc = collect(call->options, "dns", dns, &wanted.names.dns_count, err);
    if (rc == SUBCOMMAND_OK)
        rc = collect(call->options, "ip", ip, &wanted.names.ip_count, err);
    if (rc != SUBCOMMAND_OK)
        return rc;
    rc = pki_folder_open(order.folder, &issuer, err);
    if (rc < 0)
        return rc;
    rc = pki_folder_add_server(issuer, &order, &wanted, &pair, err);
    issuer_free(issuer);
    return rc < 0 ? rc : report(call, wanted.common_name, &pair, err);
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
    int rc = read_order(call->options, &order, err);

    if (rc == SUBCOMMAND_OK && wanted.unit == NULL)
        rc = subcommand_misuse(err, "say with --role what the broker lets it do");
    if (rc != SUBCOMMAND_OK)
        return rc;
    rc = pki_folder_open(order.folder, &issuer, err);
    if (rc < 0)
        return rc;
    rc = pki_folder_add_client(issuer, &order, &wanted, &pair, err);
    issuer_free(issuer);
    return rc < 0 ? rc : report(call, wanted.common_name, &pair, err);
}

static int compare_macs(const void *a, const void *b)
{
    return memcmp(a, b, MAC_SIZE);
}

// All of them are read before the first certificate is made; the second of one MAC would fail, or
// replace the first.
static int check_macs(const struct options *options, struct err *err)
{
    size_t n = options->argument_count - 1;
    char(*macs)[MAC_SIZE] = calloc(n, sizeof *macs);
    int rc = macs != NULL ? SUBCOMMAND_OK : err_set(err, ERR_NO_MEMORY, "no memory for MACs");

    for (size_t i = 0; rc == SUBCOMMAND_OK && i < n; i++)
        rc = subcommand_read_mac(options->arguments[i + 1], macs[i], err);
    if (rc == SUBCOMMAND_OK)
        qsort(macs, n, sizeof *macs, compare_macs);
    for (size_t i = 1; rc == SUBCOMMAND_OK && i < n; i++) {
        if (strcmp(macs[i], macs[i - 1]) == 0)
            rc = subcommand_misuse(err, "%s is given twice", macs[i]);
    }
    free(macs);
    return rc;
}

// Nothing is made if one of them has its files already.
static int check_devices(
    const struct options *options, const struct pki_folder_order *order, struct err *err)
{
    char mac[MAC_SIZE];
    int rc = 0;

    for (size_t i = 1; i < options->argument_count && rc == 0; i++)
        rc = mac_parse(options->arguments[i], mac) ? pki_folder_check_device(order, mac, err)
                                                   : ERR_INVALID;
    return rc;
}

// Says of each certificate that it is made, also of those before one that failed.
static int issue_devices(const struct subcommand_call *call, const struct issuer *issuer,
    const struct pki_folder_order *order, json_t *list, struct err *err)
{
    struct pki_folder_pair pair;
    char mac[MAC_SIZE];

    for (size_t i = 1; i < call->options->argument_count; i++) {
        if (!mac_parse(call->options->arguments[i], mac))
            return ERR_INVALID;

        int rc = pki_folder_add_device(issuer, order, mac, &pair, err);

        if (rc < 0)
            return err_context(
                err, "%s, after %zu of %zu", mac, i - 1, call->options->argument_count - 1);
        if (call->json)
            json_array_append_new(list, describe_certificate(mac, &pair));
        else
            print_certificate(mac, &pair);
    }
    return 0;
}

static int make_devices(const struct subcommand_call *call, const struct issuer *issuer,
    const struct pki_folder_order *order, struct err *err)
{
    struct err later = {0}; // beside a failure before it, nothing that anyone needs to read
    json_t *list = json_array();
    int rc = issue_devices(call, issuer, order, list, err);
    int sync = credential_file_sync(order->folder, rc < 0 ? &later : err);

    if (rc == 0)
        rc = sync;
    if (!call->json) {
        json_decref(list);
        return rc;
    }

    int output = output_json(list, rc < 0 ? &later : err);

    return rc < 0 ? rc : output;
}

static int run_device(const struct subcommand_call *call, struct err *err)
{
    struct pki_folder_order order;
    struct issuer *issuer;
    int rc = read_order(call->options, &order, err);

    if (rc == SUBCOMMAND_OK)
        rc = check_macs(call->options, err);
    if (rc != SUBCOMMAND_OK)
        return rc;
    rc = pki_folder_open(order.folder, &issuer, err);
    if (rc < 0)
        return rc;
    rc = check_devices(call->options, &order, err);
    if (rc == 0)
        rc = make_devices(call, issuer, &order, err);
    issuer_free(issuer);
    return rc;
}

static int run_signing(const struct subcommand_call *call, struct err *err)
{
    const char *name = call->options->arguments[1];
    struct pki_folder_order order;
    struct pki_folder_pair pair;
    int rc = read_order(call->options, &order, err);

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
    {"pki", "init", "DIR [--name CN] [--days N] [--rsa] [--force]", "make a CA in a folder",
        init_options, 1, 1, run_init},
    {"pki", "server", "DIR NAME [--dns HOST]... [--ip ADDR]... [--days N] [--rsa] [--force]",
        "issue a server's certificate: broker, download server, daemon", server_options, 2, 2,
        run_server},
    {"pki", "device", "DIR MAC... [--days N] [--rsa] [--force]", "issue devices' certificates",
        device_options, 2, SIZE_MAX, run_device},
    {"pki", "client", "DIR NAME --role ROLE [--days N] [--rsa] [--force]",
        "issue the certificate of a client of the broker that is no device", client_options, 2, 2,
        run_client},
    {"pki", "signing", "DIR NAME [--ec] [--force]", "make a key pair that signs images",
        signing_options, 2, 2, run_signing},
    {0},
};
