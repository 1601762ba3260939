// `secureesp pki revoke`.
#include "server/ctl/pki_revoke.h"

#include <stdio.h>

#include "server/ctl/field.h"
#include "server/ctl/revocation_show.h"
#include "server/ctl/url.h"
#include "server/model/revocation_reason.h"
#include "server/model/serial.h"

const struct option_rule pki_revoke_options[] = {
    {"reason", OPTION_VALUE, "REASON", "why (" REVOCATION_REASON_USUAL ")"},
    {"force", OPTION_FLAG, NULL, "also a server's, or if the number could be a device's MAC"},
    {0},
};

static void show_revoked(const json_t *answer)
{
    text_print(stdout, field_text(answer, "serial", "-"));
    if (!field_is_true(answer, "changed")) {
        fputs(": is revoked already", stdout);
        return;
    }
    fputs(": revoked (", stdout);
    text_print(stdout, field_text(answer, "reason", "-"));
    putchar(')');
    if (field_integer(answer, "certificates", 0) == 0)
        fputs("; no certificate of that number is known (secureesp pki list)", stdout);
    if (!field_is_true(answer, "last"))
        return;
    fputs("; device ", stdout);
    text_print(stdout, field_text(answer, "mac", "-"));
    fputs(" has no other good one that is known", stdout);
}

// A device is another thing, and stays in if the number of no certificate is shut out for it.
static int read_serial(
    const struct subcommand_call *call, char serial[SERIAL_SIZE], struct err *err)
{
    const char *argument = call->options->arguments[0];
    char mac[MAC_SIZE];

    if (mac_parse(argument, mac) && !options_has(call->options, "force"))
        return subcommand_misuse(err,
            "\"%s\" could be a device's MAC: `secureesp devices revoke %s` shuts that out; if it "
            "is a serial number, add --force",
            argument, mac);
    if (!serial_parse(argument, serial))
        return subcommand_misuse(err,
            "\"%s\" is no serial number: 1 to %d bytes as hex digits, with or without ':'",
            argument, SERIAL_BYTES_MAX);
    return SUBCOMMAND_OK;
}

int pki_revoke_run(const struct subcommand_call *call, struct err *err)
{
    const char *reason = options_value(call->options, "reason");
    char serial[SERIAL_SIZE];
    struct url url;
    int rc = read_serial(call, serial, err);

    if (rc != SUBCOMMAND_OK)
        return rc;
    if (reason != NULL && revocation_reason_code(reason) < 0)
        return subcommand_misuse(
            err, "no reason \"%s\"; there are " REVOCATION_REASON_NAMES, reason);
    url_init(&url, "/api/v1/certificates");
    url_segment(&url, serial);
    url_segment(&url, "revoke");
    if (reason != NULL)
        url_query(&url, "reason", reason);
    if (options_has(call->options, "force"))
        url_query(&url, "force", "1");

    struct client_request request = {.method = "POST", .path = url_text(&url)};

    rc = revocation_show_request(call, &request, show_revoked, err);
    url_clear(&url);
    return rc;
}
