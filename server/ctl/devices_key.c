// `secureesp devices key`.
#include "server/ctl/devices_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/base/file.h"
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

const struct option_rule devices_key_options[] = {
    {"key", OPTION_VALUE, "FILE", "the device's private key, with on"},
    {0},
};

// With `on`, the key goes with it.
static int switch_key(const struct subcommand_call *call, struct client_request *request,
    const char *file, struct err *err)
{
    uint8_t *pem = NULL;
    int rc = file == NULL ? 0 : file_read(file, CONTRACT_FILE_MAX, &pem, &request->size_bytes, err);

    if (rc < 0)
        return rc;
    request->body = pem;
    rc = present_request(call, request, show, err);
    if (pem != NULL)
        explicit_bzero(pem, request->size_bytes);
    free(pem);
    return rc;
}

int devices_key_run(const struct subcommand_call *call, struct err *err)
{
    const char *file = options_value(call->options, "key");
    const char *word = call->options->arguments[1];
    bool on = strcmp(word, "on") == 0;
    char path[64 + MAC_SIZE];
    char mac[MAC_SIZE];
    struct client_request request = {
        .method = "POST", .path = path, .type = "application/x-pem-file"};

    if (subcommand_read_mac(call->options->arguments[0], mac, err) != SUBCOMMAND_OK)
        return SUBCOMMAND_USAGE;
    if (!on && strcmp(word, "off") != 0)
        return subcommand_misuse(err, "\"%s\" is neither on nor off", word);
    if (on != (file != NULL))
        return subcommand_misuse(err, on ? "on needs --key FILE" : "--key goes with on");
    snprintf(path, sizeof path, "/api/v1/devices/%s/key?on=%d", mac, (int)on);
    return switch_key(call, &request, file, err);
}
