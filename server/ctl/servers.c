// `secureesp servers`: the log-ins of this user.
#include "server/ctl/servers.h"

#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/ctl/field.h"
#include "server/ctl/listing.h"
#include "server/ctl/output.h"
#include "server/ctl/text.h"

static const struct option_rule use_options[] = {
    {"none", OPTION_FLAG, NULL, "commands go to this machine's daemon again"},
    {0},
};

static const struct table_column columns[] = {
    {"NAME", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"USUAL", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"ADDRESS", TABLE_LEFT, TABLE_CUT_END, 16},
    {"USER", TABLE_LEFT, TABLE_CUT_END, 8},
    {"ROLE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"UNTIL", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"KEY", TABLE_LEFT, TABLE_CUT_NEVER, 0},
};

static void add_row(struct table *table, const json_t *server, int64_t now_ms)
{
    char until[TEXT_SHORT_SIZE];
    int64_t until_ms = field_integer(server, "until_ms", 0);

    field_time(server, "until_ms", until);
    table_add(table, TABLE_PLAIN, field_text(server, "name", ""));
    table_add(table, TABLE_PLAIN, field_is_true(server, "usual") ? "yes" : "");
    table_add(table, TABLE_PLAIN, field_text(server, "url", ""));
    table_add(table, TABLE_PLAIN, field_text(server, "user", ""));
    table_add(table, TABLE_PLAIN, field_text(server, "role", ""));
    table_add(table, until_ms > now_ms ? TABLE_PLAIN : TABLE_BAD, until_ms > 0 ? until : "");
    table_add(table, TABLE_PLAIN, field_text(server, "fingerprint", ""));
}

// Without the token. NULL without memory, or if the file cannot be read, which err says.
static json_t *describe(
    const struct server_store *store, const char *name, const char *usual, struct err *err)
{
    struct server_record record;
    int rc = server_store_load(store, name, &record, err);

    if (rc < 0)
        return NULL;

    json_t *server = json_pack("{s:s, s:b, s:s, s:s, s:s, s:I, s:s}", "name", name, "usual",
        strcmp(name, usual) == 0, "url", record.url, "user", record.user, "role", record.role,
        "until_ms", (json_int_t)record.until_ms, "fingerprint", record.pin);

    explicit_bzero(&record, sizeof record);
    return server;
}

// Those that can be read; of the others it says why they cannot. SUBCOMMAND_FAILED if there are
// any.
static int collect(const struct server_store *store, json_t *list, struct err *err)
{
    char usual[SERVER_NAME_SIZE];
    char **names = NULL;
    size_t count = 0;
    int rc = server_store_usual(store, usual, err);

    if (rc == 0)
        rc = server_store_list(store, &names, &count, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < count; i++) {
        struct err why = {0};
        json_t *server = describe(store, names[i], usual, &why);

        if (server == NULL) {
            text_line(stderr, "secureesp: %s: %s", names[i], why.message);
            rc = SUBCOMMAND_FAILED;
        }
        json_array_append_new(list, server);
    }
    server_store_free_list(names, count);
    return rc;
}

static int run_list(const struct subcommand_call *call, struct err *err)
{
    static const struct listing listing = {columns, sizeof columns / sizeof columns[0], add_row};
    struct server_store store;
    json_t *list = json_array();

    server_store_find(&store);

    int found = collect(&store, list, err);
    int rc = found < 0    ? found
             : call->json ? output_json(json_incref(list), err)
                          : listing_show(&listing, call, list, err);

    json_decref(list);
    return rc != 0 ? rc : found;
}

static int run_use(const struct subcommand_call *call, struct err *err)
{
    bool is_none = options_has(call->options, "none");
    struct server_store store;

    if (is_none == (call->options->argument_count > 0))
        return subcommand_misuse(err, "give the name of a server, or --none");
    server_store_find(&store);
    return server_store_use(&store, is_none ? NULL : call->options->arguments[0], err);
}

static int run_remove(const struct subcommand_call *call, struct err *err)
{
    const char *name = call->options->arguments[0];
    struct server_store store;
    struct server_record record = {0};
    int rc;

    server_store_find(&store);
    rc = server_store_load(&store, name, &record, NULL); // that it cannot be read is why it goes
    if (rc == 0 && record.token_name[0] != '\0')
        text_line(stderr,
            "secureesp: the token %s of %s at %s stays good; `secureesp logout` ends it",
            record.token_name, record.user, record.url);
    explicit_bzero(&record, sizeof record);
    return server_store_remove(&store, name, err);
}

const struct subcommand servers_subcommands[] = {
    {"servers", "list", "[--json]", "list the servers that you are logged in to", NULL, 0, 0,
        run_list},
    {"servers", "use", "NAME | --none", "choose to which of them commands go", use_options, 0, 1,
        run_use},
    {"servers", "remove", "NAME", "forget one without a word to it", NULL, 1, 1, run_remove},
    {0},
};
