// `secureesp images add`.
#include "server/ctl/image_add.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/file.h"
#include "server/ctl/field.h"
#include "server/ctl/keys.h"
#include "server/ctl/present.h"
#include "server/ctl/url.h"

#define IMAGE_FILE_MAX ((size_t)16 * 1024 * 1024)
#define KEY_FILE_MAX 65536

const struct option_rule image_add_options[] = {
    {"name", OPTION_VALUE, "IMAGE", "its name, if it has no image descriptor"},
    {"literal-name", OPTION_FLAG, NULL, "its name is meant literally"},
    {"embeds", OPTION_LIST, "PEM", "a public key that it embeds, if none can be found in it"},
    {"publish", OPTION_FLAG, NULL, "offer it to devices at once"},
    {"channel", OPTION_VALUE, "stable|beta", "to whom (stable)"},
    {0},
};

static int add_embeds(const struct options *options, struct url *url, struct err *err)
{
    size_t cursor = 0;
    const char *path;

    while ((path = options_next(options, "embeds", &cursor)) != NULL) {
        uint8_t *pem;
        size_t size;
        int rc = file_read(path, KEY_FILE_MAX, &pem, &size, err);

        if (rc < 0)
            return rc;
        rc = keys_refuse_private(path, pem, size, err);
        if (rc == 0)
            url_query(url, "embeds", (const char *)pem);
        free(pem);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static void print_embeds(const json_t *keys)
{
    char label[KEYS_LABEL_SIZE];

    fputs(", embeds ", stdout);
    for (size_t i = 0; i < json_array_size(keys); i++) {
        keys_label(json_array_get(keys, i), label);
        fputs(i == 0 ? "key " : " and ", stdout);
        text_print(stdout, label);
    }
    puts(json_array_size(keys) == 0 ? "no known key" : "");
}

static int show_added(const struct subcommand_call *call, const json_t *image, struct err *err)
{
    char signer[KEYS_LABEL_SIZE];

    (void)call;
    (void)err;
    keys_label(json_object_get(image, "signer"), signer);
    text_print(stdout, field_text(image, "name", "-"));
    fputs(": ", stdout);
    text_print(stdout, field_text(image, "state", "-"));
    if (field_is_true(image, "already_there"))
        fputs(", already there", stdout);
    fputs(field_has(image, "signer") ? ", signed by key " : ", signed by ", stdout);
    text_print(stdout, field_has(image, "signer") ? signer : "no known key");
    print_embeds(json_object_get(image, "embeds"));
    if (json_array_size(json_object_get(image, "embeds")) == 0)
        puts("the key that it embeds is unknown, so devices that run it cannot be offered a "
             "successor; give the key with --embeds PEM when you add an image");
    return SUBCOMMAND_OK;
}

int image_add_run(const struct subcommand_call *call, struct err *err)
{
    const char *name = options_value(call->options, "name");
    struct client_request request = {.method = "POST", .type = "application/octet-stream"};
    struct url url;
    uint8_t *image = NULL;
    const char *channel = options_value(call->options, "channel");
    int rc;

    if (channel != NULL && !options_has(call->options, "publish"))
        return subcommand_misuse(err, "--channel is for --publish");
    url_init(&url, "/api/v1/images");
    if (name != NULL)
        url_query(&url, "name", name);
    if (options_has(call->options, "literal-name"))
        url_query(&url, "literal_name", "1");
    if (options_has(call->options, "publish"))
        url_query(&url, "publish", "1");
    if (channel != NULL)
        url_query(&url, "channel", channel);
    rc = add_embeds(call->options, &url, err);
    if (rc == 0)
        rc = file_read(
            call->options->arguments[0], IMAGE_FILE_MAX, &image, &request.size_bytes, err);
    if (rc == 0) {
        request.body = image;
        request.path = url_text(&url);
        rc = present_request(call, &request, show_added, err);
        if (rc == ERR_INVALID || rc == ERR_CONFLICT || rc == ERR_DENIED)
            err_context(err, "%s", call->options->arguments[0]);
    }
    free(image);
    url_clear(&url);
    return rc;
}
