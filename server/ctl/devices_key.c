// `secureesp devices key`.
#include "server/ctl/devices_key.h"

#include <stdio.h>
#include <string.h>

#include "server/ctl/field.h"
#include "server/ctl/present.h"

static int show(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    (void)call;
    (void)err;
    text_print(stdout, field_text(answer, "mac", "-"));
    puts(json_is_object(json_object_get(answer, "key"))
             ? ": may fetch its private key once; 'secureesp command MAC key' tells it to"
             : ": may not fetch its private key");
    return SUBCOMMAND_OK;
}

int devices_key_run(const struct subcommand_call *call, struct err *err)
{
    const char *word = call->options->arguments[1];
    bool on = strcmp(word, "on") == 0;
    char path[64 + MAC_SIZE];
    char mac[MAC_SIZE];
    struct client_request request = {.method = "POST", .path = path};

    if (subcommand_read_mac(call->options->arguments[0], mac, err) != SUBCOMMAND_OK)
        return SUBCOMMAND_USAGE;
    if (!on && strcmp(word, "off") != 0)
        return subcommand_misuse(err, "\"%s\" is neither on nor off", word);
    snprintf(path, sizeof path, "/api/v1/devices/%s/key?on=%d", mac, (int)on);
    return present_request(call, &request, show, err);
}
