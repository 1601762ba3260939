// `secureesp devices replace`.
#include "server/ctl/devices_replace.h"

#include <stdio.h>

#include "server/ctl/field.h"
#include "server/ctl/revocation_show.h"
#include "server/ctl/url.h"
#include "server/model/revocation_reason.h"

const struct option_rule devices_replace_options[] = {
    {"reason", OPTION_VALUE, "REASON", "why the old one is revoked (superseded)"},
    {"force", OPTION_FLAG, NULL,
        "even if the old one is online, or the new one has a history of its own"},
    {0},
};

static void show_replaced(const json_t *answer)
{
    const char *old = field_text(answer, "mac", "-");
    const char *by = field_text(answer, "replaced_by", "-");

    text_print(stdout, by);
    fputs(": has the place of ", stdout);
    text_print(stdout, old);
    fputs(", with its history", stdout);
    if (field_has(answer, "config_of")) {
        fputs(" and [config.json ", stdout);
        text_print(stdout, field_text(answer, "config_of", "-"));
        putchar(']');
    }
    fputs("; ", stdout);
    text_print(stdout, old);
    fputs(field_is_true(answer, "changed") ? " is revoked (" : " was already revoked (", stdout);
    text_print(stdout, field_text(answer, "reason", "-"));
    putchar(')');
}

int devices_replace_run(const struct subcommand_call *call, struct err *err)
{
    const char *reason = options_value(call->options, "reason");
    char macs[2][MAC_SIZE];
    struct url url;

    for (int i = 0; i < 2; i++) {
        if (subcommand_read_mac(call->options->arguments[i], macs[i], err) != SUBCOMMAND_OK)
            return SUBCOMMAND_USAGE;
    }
    if (reason != NULL && revocation_reason_code(reason) < 0)
        return subcommand_misuse(
            err, "unknown reason \"%s\"; there are " REVOCATION_REASON_NAMES, reason);
    url_init(&url, "/api/v1/devices");
    url_segment(&url, macs[0]);
    url_segment(&url, "replace");
    url_query(&url, "by", macs[1]);
    if (reason != NULL)
        url_query(&url, "reason", reason);
    if (options_has(call->options, "force"))
        url_query(&url, "force", "1");

    struct client_request request = {.method = "POST", .path = url_text(&url)};
    int rc = revocation_show_request(call, &request, show_replaced, err);

    url_clear(&url);
    if (rc == SUBCOMMAND_OK && !call->json)
        printf("to undo%s: secureesp devices readmit %s && secureesp devices replace %s %s\n",
            reason != NULL && revocation_reason_is_hold(reason)
                ? ""
                : " (it then needs a new certificate)",
            macs[0], macs[1], macs[0]);
    return rc;
}
