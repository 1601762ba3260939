// `secureesp logout`: ends the token of a log-in, and forgets it.
#include "server/ctl/logout.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/ctl/client.h"
#include "server/ctl/login_session.h"
#include "server/ctl/output.h"
#include "server/ctl/text.h"

// Which log-in: an argument, --server, the environment, or the usual one.
static int find(const struct subcommand_call *call, struct server_store *store,
    struct client_target *out, struct err *err)
{
    const char *word =
        call->options->argument_count > 0 ? call->options->arguments[0] : call->server;
    int rc;

    server_store_find(store);
    rc = client_target_resolve(store, word, NULL, out, err);
    if (rc == 0 && out->socket != NULL)
        return subcommand_misuse(err, "of which server? `secureesp servers list` has them");
    return rc;
}

// At the server. That it has ended already is as good; one that came from elsewhere is not ours.
static int end_token(const struct client_target *target, struct err *err)
{
    struct client *client;
    int rc;

    rc = client_open(target, &client, err);
    if (rc < 0)
        return rc;
    rc = login_session_remove_token(client, target->server.token_name, err);
    client_close(client);
    return rc == ERR_NOT_FOUND || rc == ERR_NOBODY ? 0 : rc;
}

static int show(const struct subcommand_call *call, const struct client_target *target,
    bool is_ended, struct err *err)
{
    if (call->json)
        return output_json(
            json_pack("{s:s, s:b}", "name", target->name, "token_ended", is_ended), err);
    text_line(stdout, is_ended ? "%s: logged out" : "%s: forgotten", target->name);
    return SUBCOMMAND_OK;
}

// What is still to be done, by whoever reads it.
static int tell_of_rest(const struct client_target *target, const struct err *why, struct err *err)
{
    const struct server_record *server = &target->server;
    char until[CLOCK_TEXT_SIZE];

    clock_format(server->until_ms, until);
    return err_set(err, why->code,
        "%.250s; it is forgotten here, but the token %s of %s stays good%s%s: end it with "
        "`secureesp tokens remove %s`",
        why->message, server->token_name, server->user, server->until_ms > 0 ? " until " : "",
        server->until_ms > 0 ? until : "", server->token_name);
}

static int run(const struct subcommand_call *call, struct err *err)
{
    struct server_store store;
    struct client_target target = {0};
    struct err why = {0};
    int rc = find(call, &store, &target, err);

    if (rc != SUBCOMMAND_OK)
        return rc;

    bool is_ours = target.server.token_name[0] != '\0';
    int ended = is_ours ? end_token(&target, &why) : 0;

    // Who forgot the pinned key would be asked about the other one as about a new server's.
    rc = ended == ERR_UNTRUSTED ? err_set(err, ended, "%s", why.message)
                                : server_store_remove(&store, target.name, err);
    if (rc == 0)
        rc = show(call, &target, is_ours && ended == 0, err);
    if (rc == 0 && ended < 0)
        rc = tell_of_rest(&target, &why, err);
    explicit_bzero(&target, sizeof target);
    return rc;
}

const struct subcommand logout_subcommands[] = {
    {"logout", NULL, "[NAME] [--json]", "end a log-in, at the server and here", NULL, 0, 1, run},
    {0},
};
