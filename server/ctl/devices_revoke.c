// `secureesp devices revoke` and `readmit`.
#include "server/ctl/devices_revoke.h"

#include <stdio.h>

#include "server/ctl/field.h"
#include "server/ctl/revocation_show.h"
#include "server/ctl/url.h"
#include "server/model/revocation_reason.h"

const struct option_rule devices_revoke_options[] = {
    {"reason", OPTION_VALUE, "REASON",
        "why (" REVOCATION_REASON_USUAL "); only after " REVOCATION_REASON_HOLD
        " can it come back with the same certificate"},
    {0},
};

static const json_t *revocation_of(const json_t *answer)
{
    return json_object_get(answer, "revocation");
}

static void print_mac(const json_t *answer)
{
    text_print(stdout, field_text(answer, "mac", "-"));
    fputs(": ", stdout);
}

static void show_revoked(const json_t *answer)
{
    char time[TEXT_SHORT_SIZE];

    print_mac(answer);
    fputs(field_is_true(answer, "changed") ? "revoked (" : "is already revoked (", stdout);
    text_print(stdout, field_text(revocation_of(answer), "reason", "-"));
    if (!field_is_true(answer, "changed")) {
        field_time(revocation_of(answer), "revoked_at_ms", time);
        printf(", since %s", time);
    }
    putchar(')');
    if (!field_is_true(answer, "reported"))
        fputs("; it has never reported", stdout);
}

static void show_readmitted(const json_t *answer)
{
    print_mac(answer);
    if (!field_is_true(answer, "changed"))
        fputs("is not revoked", stdout);
    else if (revocation_reason_is_hold(field_text(revocation_of(answer), "reason", "")))
        fputs("readmitted, with the certificate that it has", stdout);
    else
        fputs("readmitted, but not with the certificates that it had: issue a new one with "
              "'secureesp pki device' and put it on the board",
            stdout);
}

static int run(const struct subcommand_call *call, const char *verb, revocation_show_change *show,
    struct err *err)
{
    const char *reason = options_value(call->options, "reason");
    char mac[MAC_SIZE];
    struct url url;

    if (subcommand_read_mac(call->options->arguments[0], mac, err) != SUBCOMMAND_OK)
        return SUBCOMMAND_USAGE;
    if (reason != NULL && revocation_reason_code(reason) < 0)
        return subcommand_misuse(
            err, "unknown reason \"%s\"; there are " REVOCATION_REASON_NAMES, reason);
    url_init(&url, "/api/v1/devices");
    url_segment(&url, mac);
    url_segment(&url, verb);
    if (reason != NULL)
        url_query(&url, "reason", reason);

    struct client_request request = {.method = "POST", .path = url_text(&url)};
    int rc = revocation_show_request(call, &request, show, err);

    url_clear(&url);
    return rc;
}

int devices_revoke_run(const struct subcommand_call *call, struct err *err)
{
    return run(call, "revoke", show_revoked, err);
}

int devices_revoke_run_readmit(const struct subcommand_call *call, struct err *err)
{
    return run(call, "readmit", show_readmitted, err);
}
