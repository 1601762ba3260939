// `secureesp images` where no daemon is needed: sign, describe, verify a file.
#include "server/ctl/images_local.h"

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "server/base/file.h"
#include "server/ctl/output.h"
#include "server/ctl/text.h"
#include "server/image/image_descriptor_build.h"
#include "server/image/image_signature.h"
#include "server/image/image_facts.h"
#include "server/image/image_name_check.h"
#include "server/image/image_sign.h"

#define IMAGE_FILE_MAX ((size_t)16 * 1024 * 1024)
#define KEY_FILE_MAX 65536
#define FILE_MODE 0644

static const struct option_rule sign_options[] = {
    {"key", OPTION_VALUE, "KEY", "the private key to sign with, in PEM"},
    {0},
};

static const struct option_rule describe_options[] = {
    {"name", OPTION_VALUE, "IMAGE", "the image's name, <BOARD>-<VERSION>"},
    {"literal-name", OPTION_FLAG, NULL, "its name is meant literally"},
    {"trust", OPTION_LIST, "PEM", "a public key that may sign the image's successor"},
    {"append-to", OPTION_VALUE, "BODY", "write BODY followed by the descriptor"},
    {0},
};

static int read_key(const char *path, struct public_key *out, struct err *err)
{
    uint8_t *pem;
    size_t size;
    int rc = file_read(path, KEY_FILE_MAX, &pem, &size, err);

    if (rc < 0)
        return rc;
    rc = public_key_from_pem(pem, size, out, err);
    free(pem);
    return rc < 0 ? err_context(err, "%s", path) : 0;
}

int images_local_read_keys(const struct options *options, const char *option,
    struct public_key *keys, size_t *count, struct err *err)
{
    size_t cursor = 0;
    const char *path;

    *count = 0;
    while ((path = options_next(options, option, &cursor)) != NULL) {
        if (*count == IMAGES_LOCAL_KEYS_MAX)
            return subcommand_misuse(
                err, "--%s is given more than %d times", option, IMAGES_LOCAL_KEYS_MAX);

        int rc = read_key(path, &keys[*count], err);

        if (rc < 0)
            return rc;
        (*count)++;
    }
    if (*count == 0)
        return subcommand_misuse(err, "--%s is missing", option);
    return 0;
}

static int sign(
    const char *in, const char *out, const struct private_key *key, size_t *size, struct err *err)
{
    uint8_t *body;
    size_t body_size;
    uint8_t *image;
    int rc = file_read(in, IMAGE_FILE_MAX, &body, &body_size, err);

    if (rc < 0)
        return rc;
    rc = image_sign(body, body_size, key, &image, size, err);
    free(body);
    if (rc < 0)
        return err_context(err, "%s", in);
    rc = file_output(out, image, *size, FILE_MODE, err);
    free(image);
    return rc;
}

static int run_sign(const struct subcommand_call *call, struct err *err)
{
    const char *in = call->options->arguments[0];
    const char *out = call->options->arguments[1];
    const char *path = options_value(call->options, "key");
    struct private_key *key;
    struct public_key public_half;
    size_t size;

    if (path == NULL)
        return subcommand_misuse(err, "--key is missing");

    int rc = private_key_load(path, &key, err);

    if (rc < 0)
        return rc;
    rc = sign(in, out, key, &size, err);
    if (rc == 0)
        rc = private_key_public(key, &public_half, err);
    private_key_free(key);
    if (rc < 0)
        return rc;
    if (call->json)
        return output_json(json_pack("{s:o, s:I, s:s}", "image", output_text(out), "size_bytes",
                               (json_int_t)size, "key", public_half.id),
            err);
    text_line(stdout, "%s: %zu bytes, signed with %s key %.16s", out, size, public_half.algorithm,
        public_half.id);
    return 0;
}

// Writes the descriptor, behind the body if there is one.
static int write_descriptor(const char *body_path, const struct image_descriptor_build_block *block,
    const char *out, size_t *written, struct err *err)
{
    uint8_t *body;
    size_t size;
    uint8_t *joined;
    int rc;

    *written = block->size_bytes;
    if (body_path == NULL)
        return file_output(out, block->bytes, block->size_bytes, FILE_MODE, err);
    rc = file_read(body_path, IMAGE_FILE_MAX, &body, &size, err);
    if (rc < 0)
        return rc;
    rc = image_descriptor_build_append(body, size, block, &joined, written);
    free(body);
    if (rc == ERR_CONFLICT)
        return err_set(err, rc, "%s already has a descriptor", body_path);
    if (rc < 0)
        return err_set(err, rc, "no memory for %s", out);
    rc = file_output(out, joined, *written, FILE_MODE, err);
    free(joined);
    return rc;
}

static int run_describe(const struct subcommand_call *call, struct err *err)
{
    const char *name = options_value(call->options, "name");
    const char *out = call->options->arguments[0];
    struct public_key keys[IMAGES_LOCAL_KEYS_MAX];
    struct image_descriptor_build_block block;
    size_t count;
    size_t size;

    if (name == NULL)
        return subcommand_misuse(err, "--name is missing");

    struct image_name checked;
    int rc = image_name_check(name, options_has(call->options, "literal-name"), &checked, err);

    if (rc == 0)
        rc = images_local_read_keys(call->options, "trust", keys, &count, err);
    if (rc != 0)
        return rc;
    rc = image_descriptor_build(name, keys, count, &block, err);
    if (rc < 0)
        return rc;
    rc = write_descriptor(options_value(call->options, "append-to"), &block, out, &size, err);
    if (rc < 0)
        return rc;
    if (call->json)
        return output_json(json_pack("{s:o, s:s, s:I, s:I}", "file", output_text(out), "name", name,
                               "size_bytes", (json_int_t)size, "keys", (json_int_t)count),
            err);
    text_line(stdout, "%s: %zu bytes, %s, trusts %zu key%s", out, size, name, count,
        count == 1 ? "" : "s");
    return 0;
}

static int report(const struct subcommand_call *call, const struct image_facts *facts,
    const struct public_key *signer, struct err *err)
{
    const char *file = call->options->arguments[0];
    const char *name = facts->has_name ? facts->name.text : NULL;

    if (call->json)
        return output_json(json_pack("{s:o, s:s?, s:I, s:s, s:s, s:b}", "file", output_text(file),
                               "name", name, "size_bytes", (json_int_t)facts->size_bytes, "sha256",
                               facts->sha256, "signer", signer->id, "signature_ok", 1),
            err);
    text_line(stdout, "%s: %s%ssigned by %s key %.16s, SHA-256 %s", file, name != NULL ? name : "",
        name != NULL ? ", " : "", signer->algorithm, signer->id, facts->sha256);
    return 0;
}

int images_local_verify(const struct subcommand_call *call, struct err *err)
{
    const char *file = call->options->arguments[0];
    struct public_key keys[IMAGES_LOCAL_KEYS_MAX];
    struct image_facts facts;
    size_t count;
    size_t signer;
    uint8_t *image;
    size_t size;
    int rc = images_local_read_keys(call->options, "key", keys, &count, err);

    if (rc != 0)
        return rc;
    rc = file_read(file, IMAGE_FILE_MAX, &image, &size, err);
    if (rc < 0)
        return rc;
    rc = image_signature_find_signer(image, size, keys, count, &signer, err);
    if (rc == 0)
        rc = image_facts_read(image, size, &facts, err);
    free(image);
    return rc == 0 ? report(call, &facts, &keys[signer], err) : err_context(err, "%s", file);
}

const struct subcommand images_local_subcommands[] = {
    {"images", "sign", "--key KEY IN OUT", "sign an image", sign_options, 2, 2, run_sign},
    {"images", "describe", "--name IMAGE --trust PEM [--trust PEM]... [--append-to BODY] OUT",
        "make an image descriptor: what an image is and which keys it trusts", describe_options, 1,
        1, run_describe},
    {0},
};
