// `secureesp keys`: the keys that verify images.
#include "server/ctl/keys.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/file.h"
#include "server/ctl/field.h"
#include "server/ctl/keys_rotate.h"
#include "server/ctl/listing.h"
#include "server/ctl/present.h"
#include "server/ctl/url.h"
#include "server/pki/public_key.h"

#define KEY_FILE_MAX 65536
#define NAME_MAX_BYTES 64

static const struct option_rule add_options[] = {
    {"name", OPTION_VALUE, "NAME", "what to call it (the file's name)"},
    {0},
};

static const struct option_rule remove_options[] = {
    {"force", OPTION_FLAG, NULL, "also if images or devices need it"},
    {"dry-run", OPTION_FLAG, NULL, "only say what it would break"},
    {0},
};

static const struct option_rule retire_options[] = {
    {"force", OPTION_FLAG, NULL, "also if devices could never verify anything again"},
    {"undo", OPTION_FLAG, NULL, "it is in use again"},
    {"dry-run", OPTION_FLAG, NULL, "only say what it would break"},
    {0},
};

static const struct table_column columns[] = {
    {"NAME", TABLE_LEFT, TABLE_CUT_END, 8},
    {"ALGORITHM", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"ADDED", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"STATE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"ID", TABLE_LEFT, TABLE_CUT_END, 16},
};

void keys_label(const json_t *key, char out[KEYS_LABEL_SIZE])
{
    const char *name = field_text(key, "name", "");
    const char *id = field_text(key, "id", "");

    if (name[0] != '\0')
        snprintf(out, KEYS_LABEL_SIZE, "%s", name);
    else if (id[0] != '\0')
        snprintf(out, KEYS_LABEL_SIZE, "?%.12s", id);
    else
        snprintf(out, KEYS_LABEL_SIZE, "-");
}

static void add_key(struct table *table, const json_t *key, int64_t now_ms)
{
    char age[TEXT_SHORT_SIZE];

    field_age(key, "added_at_ms", now_ms, age);
    table_add(table, TABLE_PLAIN, field_text(key, "name", ""));
    table_add(table, TABLE_PLAIN, field_text(key, "algorithm", ""));
    table_add(table, TABLE_PLAIN, age);
    table_add(table, TABLE_PLAIN, field_has(key, "retired_at_ms") ? "retired" : "in use");
    table_add(table, TABLE_PLAIN, field_text(key, "id", ""));
}

static int show_list(const struct subcommand_call *call, const json_t *keys, struct err *err)
{
    static const struct listing listing = {columns, sizeof columns / sizeof columns[0], add_key};

    return listing_show(&listing, call, keys, err);
}

static int run_list(const struct subcommand_call *call, struct err *err)
{
    return present_get(call, "/api/v1/keys", show_list, err);
}

static int show_added(const struct subcommand_call *call, const json_t *key, struct err *err)
{
    (void)call;
    (void)err;
    text_print(stdout, field_text(key, "name", "-"));
    fputs(": ", stdout);
    text_print(stdout, field_text(key, "algorithm", "-"));
    fputs(" key ", stdout);
    text_print(stdout, field_text(key, "id", "-"));
    puts(field_is_true(key, "already_there") ? ", already there" : ", added");
    return SUBCOMMAND_OK;
}

// What it has broken, or would.
static int show_end(const struct subcommand_call *call, const json_t *key, struct err *err)
{
    const json_t *use = json_object_get(key, "use");
    const char *done = "in use again";

    (void)err;
    if (options_has(call->options, "dry-run"))
        done = field_has(key, "refused") ? "would be refused" : "could be done";
    else if (field_is_true(key, "removed"))
        done = "removed";
    else if (field_is_true(key, "retired"))
        done = "retired";
    text_print(stdout, field_text(key, "name", "-"));
    printf(": %s\n", done);
    printf("images signed with it: %lld, that embed it: %lld; devices on these: %lld, of which "
           "could never verify anything again: %lld\n",
        (long long)field_integer(use, "signs", 0), (long long)field_integer(use, "embeds", 0),
        (long long)field_integer(use, "devices", 0), (long long)field_integer(use, "stranded", 0));
    if (field_has(key, "refused"))
        text_line(stdout, "%s", field_text(key, "refused", "-"));
    return SUBCOMMAND_OK;
}

static int run_end(const struct subcommand_call *call, const char *verb, struct err *err)
{
    static const char *const options[][2] = {
        {"force", "force"}, {"undo", "undo"}, {"dry-run", "dry"}};
    struct client_request request = {.method = "POST"};
    struct url url;

    url_init(&url, "/api/v1/keys");
    url_segment(&url, call->options->arguments[0]);
    url_segment(&url, verb);
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (options_has(call->options, options[i][0]))
            url_query(&url, options[i][1], "1");
    }
    request.path = url_text(&url);

    int rc = present_request(call, &request, show_end, err);

    url_clear(&url);
    return rc;
}

static int run_remove(const struct subcommand_call *call, struct err *err)
{
    return run_end(call, "remove", err);
}

static int run_retire(const struct subcommand_call *call, struct err *err)
{
    return run_end(call, "retire", err);
}

int keys_refuse_private(const char *path, const uint8_t *pem, size_t n, struct err *err)
{
    struct public_key key;
    int rc;

    if (strstr((const char *)pem, "PRIVATE KEY-----") == NULL)
        return 0;
    rc = public_key_from_pem(pem, n, &key, err);
    return rc < 0 ? err_context(err, "%s", path)
                  : err_set(err, ERR_INVALID,
                        "%s holds a private key beside the public one; give only the public one",
                        path);
}

// The file's name without folder and suffix.
static void name_from_path(const char *path, char out[NAME_MAX_BYTES])
{
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    size_t n = dot != NULL && dot != base ? (size_t)(dot - base) : strlen(base);

    snprintf(out, NAME_MAX_BYTES, "%.*s", (int)(n < NAME_MAX_BYTES ? n : NAME_MAX_BYTES - 1), base);
}

static int run_add(const struct subcommand_call *call, struct err *err)
{
    const char *path = call->options->arguments[0];
    const char *name = options_value(call->options, "name");
    char from_path[NAME_MAX_BYTES];
    struct url url;
    struct client_request request = {.method = "POST", .type = "application/x-pem-file"};
    uint8_t *pem;
    int rc = file_read(path, KEY_FILE_MAX, &pem, &request.size_bytes, err);

    if (rc < 0)
        return rc;
    name_from_path(path, from_path);
    url_init(&url, "/api/v1/keys");
    url_query(&url, "name", name != NULL ? name : from_path);
    request.path = url_text(&url);
    request.body = pem;
    rc = keys_refuse_private(path, pem, request.size_bytes, err);
    if (rc == 0)
        rc = present_request(call, &request, show_added, err);
    url_clear(&url);
    free(pem);
    return rc;
}

const struct subcommand keys_subcommands[] = {
    {"keys", "add", "FILE [--name NAME] [--json]", "add a public key that signs images",
        add_options, 1, 1, run_add},
    {"keys", "retire", "ID|NAME [--undo] [--force] [--dry-run] [--json]",
        "publish nothing more that a key signs", retire_options, 1, 1, run_retire},
    {"keys", "remove", "ID|NAME [--force] [--dry-run] [--json]", "remove a key that no image needs",
        remove_options, 1, 1, run_remove},
    {"keys", "rotate", "ID|NAME [--json]",
        "tell what to build next on the way to another key, and check it", NULL, 1, 1,
        keys_rotate_run},
    {"keys", "list", "[--json]", "list the keys that sign images", NULL, 0, 0, run_list},
    {0},
};
