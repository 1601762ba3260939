// `secureesp images reissue`: the deliberate way back to an older program.
#include "server/ctl/image_reissue.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/image_version.h"
#include "server/base/file.h"
#include "server/ctl/client.h"
#include "server/ctl/field.h"
#include "server/ctl/images_local.h"
#include "server/ctl/keys.h"
#include "server/ctl/output.h"
#include "server/ctl/url.h"
#include "server/image/image_descriptor_build.h"
#include "server/image/image_name_check.h"
#include "server/image/image_signature.h"
#include "server/pki/digest.h"

#define IMAGE_FILE_MAX ((size_t)16 * 1024 * 1024)
#define FILE_MODE 0644

const struct option_rule image_reissue_options[] = {
    {"literal-name", OPTION_FLAG, NULL, "the new name is meant literally"},
    {"from", OPTION_VALUE, "FILE", "the older image, to make the new one's body of"},
    {"trust", OPTION_LIST, "PEM", "a public key that may sign the new image's successor"},
    {"to", OPTION_VALUE, "BODY", "where to write that body"},
    {0},
};

// The first key of an image that the daemon knows by name, or NULL.
static const json_t *find_known_key(const json_t *keys)
{
    for (size_t i = 0; i < json_array_size(keys); i++) {
        if (field_has(json_array_get(keys, i), "name"))
            return json_array_get(keys, i);
    }
    return NULL;
}

// Devices come to it, or run it though it was withdrawn: what they verify next goes by its keys.
static bool is_live(const json_t *image)
{
    return strcmp(field_text(image, "state", ""), "published") == 0 ||
           field_integer(image, "devices", 0) > 0;
}

static int check_way(
    const struct image_reissue *plan, const char *old, const char *board, struct err *err)
{
    if (plan->old == NULL)
        return err_set(err, ERR_NOT_FOUND,
            "no image %s of board %s; 'secureesp images list' shows those that were added", old,
            board);
    if (plan->newest == NULL)
        return err_set(
            err, ERR_NOT_FOUND, "no image of %s is published: publish %s itself", board, old);
    if (image_version_compare(
            field_text(plan->old, "version", ""), field_text(plan->newest, "version", "")) >= 0)
        return err_set(err, ERR_CONFLICT,
            "there is nothing to go back from: no later image than %s is published or runs on a "
            "device; 'secureesp chain %s' shows them",
            old, board);
    return 0;
}

int image_reissue_plan(const json_t *chain, const char *old, const struct image_name *name,
    struct image_reissue *out, struct err *err)
{
    struct image_reissue plan = {.old = NULL};
    size_t i;
    json_t *image;

    json_array_foreach(json_object_get(chain, "images"), i, image)
    {
        if (strcmp(field_text(image, "name", ""), old) == 0)
            plan.old = image;
        if (is_live(image))
            plan.newest = image;
        if (image_version_compare(field_text(image, "version", ""), name->version) >= 0)
            return err_set(err, ERR_CONFLICT,
                "%s is not of a higher version than %s: devices only go on to higher ones",
                name->text, field_text(image, "name", "-"));
    }

    int rc = check_way(&plan, old, name->board, err);

    if (rc < 0)
        return rc;
    plan.signer = find_known_key(json_object_get(plan.newest, "embeds"));
    if (plan.signer == NULL)
        return err_set(err, ERR_CONFLICT,
            "of the keys that %s embeds none is known here: add the public half of one with "
            "'secureesp keys add'",
            field_text(plan.newest, "name", "-"));
    *out = plan;
    return 0;
}

// --- the body: the older image's, with another descriptor

static int check_trust(
    const struct image_reissue *plan, const struct public_key *keys, size_t count, struct err *err)
{
    const json_t *embeds = json_object_get(plan->newest, "embeds");

    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < json_array_size(embeds); j++) {
            if (strcmp(field_text(json_array_get(embeds, j), "id", ""), keys[i].id) == 0)
                return 0;
        }
    }
    return err_set(err, ERR_CONFLICT,
        "none of the keys of --trust is one that %s embeds: after it, no image that they signed "
        "until now would be verified",
        field_text(plan->newest, "name", "-"));
}

static int make_body(const uint8_t *image, size_t n, const struct image_reissue *plan,
    const struct image_descriptor_build_block *block, const char *to, struct err *err)
{
    char sha256[DIGEST_SHA256_TEXT_SIZE];
    struct image_trailer trailer;
    uint8_t *body;
    size_t size;
    int rc = image_signature_find_trailer(image, n, &trailer, err);

    if (rc < 0)
        return rc;
    digest_sha256(image, n, sha256);
    if (strcmp(sha256, field_text(plan->old, "sha256", "")) != 0)
        return err_set(err, ERR_CONFLICT, "it is not the image %s that the daemon has",
            field_text(plan->old, "name", "-"));

    size_t stripped = image_descriptor_build_strip(image, trailer.body_size);

    if (stripped == 0)
        return err_set(err, ERR_CONFLICT,
            "its name and keys are not at its end, but built in: build the program anew");
    rc = image_descriptor_build_append(image, stripped, block, &body, &size);
    if (rc < 0)
        return err_set(err, rc, "no body can be made of it");
    rc = file_output(to, body, size, FILE_MODE, err);
    free(body);
    return rc;
}

static int prepare(const struct subcommand_call *call, const struct image_reissue *plan,
    const struct image_name *name, struct err *err)
{
    const char *from = options_value(call->options, "from");
    const char *to = options_value(call->options, "to");
    struct public_key keys[IMAGES_LOCAL_KEYS_MAX];
    struct image_descriptor_build_block block;
    uint8_t *image;
    size_t count;
    size_t n;

    if (from == NULL && to == NULL && !options_has(call->options, "trust"))
        return 0;
    if (from == NULL || to == NULL)
        return subcommand_misuse(err, "--from, --trust and --to belong together");

    int rc = images_local_read_keys(call->options, "trust", keys, &count, err);

    if (rc == 0)
        rc = check_trust(plan, keys, count, err);
    if (rc == 0)
        rc = image_descriptor_build(name->text, keys, count, &block, err);
    if (rc == 0)
        rc = file_read(from, IMAGE_FILE_MAX, &image, &n, err);
    if (rc != 0)
        return rc;
    rc = make_body(image, n, plan, &block, to, err);
    free(image);
    return rc < 0 ? err_context(err, "%s", from) : 0;
}

// --- what to do, in words

static void print_keys(const json_t *keys)
{
    char label[KEYS_LABEL_SIZE];

    for (size_t i = 0; i < json_array_size(keys); i++) {
        keys_label(json_array_get(keys, i), label);
        fputs(i == 0 ? "" : " and ", stdout);
        text_print(stdout, label);
    }
}

static void print_commands(
    const struct image_reissue *plan, const struct image_name *name, const char *body)
{
    bool described = strcmp(field_text(plan->old, "embeds_from", ""), "descriptor") == 0;
    char label[KEYS_LABEL_SIZE];

    keys_label(plan->signer, label);
    if (body == NULL && described)
        text_line(stdout,
            "  secureesp images describe --name %s --trust %s.pub --append-to PROGRAM BODY",
            name->text, label);
    else if (body == NULL)
        text_line(stdout,
            "  build the sketch anew as BODY: its name, %s, and the key %s are compiled in",
            name->text, label);
    text_line(stdout, "  secureesp images sign --key %s.key %s %s.bin", label,
        body != NULL ? body : "BODY", name->text);
    text_line(stdout, "  secureesp images add %s.bin%s%s", name->text, described ? "" : " --name ",
        described ? "" : name->text);
    text_line(stdout, "  secureesp images publish %s", name->text);
}

static void show_text(
    const struct image_reissue *plan, const struct image_name *name, const char *body)
{
    const char *old = field_text(plan->old, "name", "-");
    const char *newest = field_text(plan->newest, "name", "-");
    char label[KEYS_LABEL_SIZE];

    keys_label(plan->signer, label);
    text_line(stdout,
        "Devices only go on to higher versions: from %s they do not go back to %s. What its keys "
        "allow is the same program as %s, signed with key %s.",
        newest, old, name->text, label);
    printf("It should embed what ");
    text_print(stdout, newest);
    fputs(" embeds, so that the same keys sign what follows: key ", stdout);
    print_keys(json_object_get(plan->newest, "embeds"));
    puts(".");
    if (body != NULL)
        text_line(
            stdout, "%s is the body of %s with that name and the keys of --trust.", body, old);
    print_commands(plan, name, body);
}

static int show(const struct subcommand_call *call, const json_t *chain,
    const struct image_name *name, struct err *err)
{
    const char *body = options_value(call->options, "to");
    struct image_reissue plan;
    int rc = image_reissue_plan(chain, call->options->arguments[0], name, &plan, err);

    if (rc == 0)
        rc = prepare(call, &plan, name, err);
    if (rc != 0)
        return rc;
    if (!call->json) {
        show_text(&plan, name, body);
        return SUBCOMMAND_OK;
    }
    return output_json(
        json_pack("{s:s, s:s, s:s, s:O, s:O, s:o}", "old", call->options->arguments[0], "name",
            name->text, "follows", field_text(plan.newest, "name", ""), "signer", plan.signer,
            "embeds", json_object_get(plan.newest, "embeds"), "body",
            body != NULL ? output_text(body) : json_null()),
        err);
}

int image_reissue_run(const struct subcommand_call *call, struct err *err)
{
    struct client_request request = {.method = "GET"};
    struct image_name name;
    struct client *client;
    struct url url;
    json_t *chain;
    int rc = image_name_check(
        call->options->arguments[1], options_has(call->options, "literal-name"), &name, err);

    if (rc != 0)
        return rc;
    rc = client_open(call->target, &client, err);
    if (rc < 0)
        return rc;
    url_init(&url, "/api/v1/chains");
    url_segment(&url, name.board);
    request.path = url_text(&url);
    rc = client_call(client, &request, &chain, err);
    url_clear(&url);
    client_close(client);
    if (rc < 0)
        return rc;
    rc = show(call, chain, &name, err);
    json_decref(chain);
    return rc;
}
