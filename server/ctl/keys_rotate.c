// `secureesp keys rotate`: what to build next on the way to another signing key, and whether what
// was built is that.
#include "server/ctl/keys_rotate.h"

#include <stdio.h>
#include <string.h>

#include "server/ctl/client.h"
#include "server/ctl/field.h"
#include "server/ctl/keys_rotation.h"
#include "server/ctl/listing.h"
#include "server/ctl/output.h"

#define ID_MIN 12 // digits of an id that name a key

static const struct table_column columns[] = {
    {"BOARD", TABLE_LEFT, TABLE_CUT_END, 12},
    {"NEWEST", TABLE_LEFT, TABLE_CUT_MIDDLE, 14},
    {"SIGNED BY", TABLE_LEFT, TABLE_CUT_END, 9},
    {"STAGE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"BEHIND", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
};

// By its name, or the beginning of its id. NULL: there is none.
static const json_t *find_key(const json_t *keys, const char *word)
{
    size_t i;
    json_t *key;

    json_array_foreach((json_t *)keys, i, key)
    {
        if (strcmp(field_text(key, "name", ""), word) == 0 ||
            (strlen(word) >= ID_MIN && strncmp(field_text(key, "id", ""), word, strlen(word)) == 0))
            return key;
    }
    return NULL;
}

// What to do for a board, in a sentence.
static void print_next(const struct keys_rotation *it, const char *key)
{
    switch (it->stage) {
    case KEYS_ROTATION_EMBED:
        text_line(stdout,
            "%s: build an image newer than %s that embeds %s (images describe --trust), and sign "
            "it with %s",
            it->board, it->newest, key, it->next_signer);
        break;
    case KEYS_ROTATION_SIGN:
        text_line(stdout, "%s: sign the image that follows %s with %s, which it embeds, too",
            it->board, it->newest, key);
        break;
    case KEYS_ROTATION_MOVE:
        text_line(stdout,
            "%s: %lld device(s) run images that do not embed %s: leave those between published "
            "until they have moved",
            it->board, (long long)it->behind, key);
        break;
    case KEYS_ROTATION_DONE:
        text_line(stdout,
            "%s: done; 'secureesp keys remove' takes the old key away once no image needs it",
            it->board);
        break;
    }
    if (it->candidate != NULL && it->flaw == NULL)
        text_line(
            stdout, "  %s will do: 'secureesp images publish %s'", it->candidate, it->candidate);
    else if (it->candidate != NULL)
        text_line(stdout,
            "  %s will not do: %s; 'secureesp images remove %s' makes way for another",
            it->candidate, it->flaw, it->candidate);
}

static json_t *describe(const struct keys_rotation *it)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:s?, s:s?}", "board", it->board, "newest",
        it->newest, "signer", it->signer, "stage", keys_rotation_stage_name(it->stage), "behind",
        (json_int_t)it->behind, "candidate", it->candidate, "flaw", it->flaw);
}

static void add_row(struct table *table, const struct keys_rotation *it)
{
    char behind[TEXT_SHORT_SIZE];

    snprintf(behind, sizeof behind, "%lld", (long long)it->behind);
    table_add(table, TABLE_PLAIN, it->board);
    table_add(table, TABLE_PLAIN, it->newest);
    table_add(table, TABLE_PLAIN, it->signer);
    table_add(table, it->stage == KEYS_ROTATION_DONE ? TABLE_GOOD : TABLE_PLAIN,
        keys_rotation_stage_name(it->stage));
    table_add(table, TABLE_PLAIN, behind);
}

static int show_text(
    const struct subcommand_call *call, const json_t *images, const json_t *key, struct err *err)
{
    struct table *table = table_new(columns, sizeof columns / sizeof columns[0]);
    char label[KEYS_LABEL_SIZE];
    struct keys_rotation it;
    int rc;

    keys_label(key, label);
    for (size_t at = 0; keys_rotation_next(images, field_text(key, "id", ""), &at, &it);)
        add_row(table, &it);
    rc = listing_print(call, table, err);
    for (size_t at = 0; rc >= 0 && keys_rotation_next(images, field_text(key, "id", ""), &at, &it);)
        print_next(&it, label);
    return rc;
}

static int show_json(const json_t *images, const json_t *key, struct err *err)
{
    json_t *list = json_array();
    struct keys_rotation it;

    for (size_t at = 0; keys_rotation_next(images, field_text(key, "id", ""), &at, &it);)
        json_array_append_new(list, describe(&it));
    return output_json(list, err);
}

// One that was built wrongly is a failure.
static int judge(const json_t *images, const json_t *key)
{
    struct keys_rotation it;
    int rc = SUBCOMMAND_OK;

    for (size_t at = 0; keys_rotation_next(images, field_text(key, "id", ""), &at, &it);) {
        if (it.flaw != NULL)
            rc = SUBCOMMAND_FAILED;
    }
    return rc;
}

static int show(
    const struct subcommand_call *call, const json_t *images, const json_t *keys, struct err *err)
{
    const char *word = call->options->arguments[0];
    const json_t *key = find_key(keys, word);
    int rc;

    if (key == NULL)
        return err_set(err, ERR_NOT_FOUND,
            "no key '%.64s'; 'secureesp pki signing' makes one, and 'secureesp keys add' tells the "
            "daemon about its public half",
            word);
    rc = call->json ? show_json(images, key, err) : show_text(call, images, key, err);
    return rc != SUBCOMMAND_OK ? rc : judge(images, key);
}

static int ask(struct client *client, const char *path, json_t **out, struct err *err)
{
    struct client_request request = {.method = "GET", .path = path};

    return client_call(client, &request, out, err);
}

int keys_rotate_run(const struct subcommand_call *call, struct err *err)
{
    struct client *client = NULL;
    json_t *keys = NULL;
    json_t *images = NULL;
    int rc = client_open(call->target, &client, err);

    if (rc == 0)
        rc = ask(client, "/api/v1/keys", &keys, err);
    if (rc == 0)
        rc = ask(client, "/api/v1/images", &images, err);
    if (rc == 0)
        rc = show(call, images, keys, err);
    json_decref(images);
    json_decref(keys);
    client_close(client);
    return rc;
}
