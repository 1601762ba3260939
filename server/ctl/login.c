// `secureesp login`: from name and password to a token of this machine's own.
#include "server/ctl/login.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/ctl/client.h"
#include "server/ctl/login_key.h"
#include "server/ctl/login_session.h"
#include "server/ctl/output.h"
#include "server/ctl/password.h"
#include "server/ctl/secret_file.h"
#include "server/ctl/secret_prompt.h"
#include "server/ctl/text.h"

#define TOKEN_NAME_SIZE 33
#define TOKEN_HOST_MAX 18
#define PASSWORD_SIZE 512

static const struct option_rule options[] = {
    {"name", OPTION_VALUE, "NAME", "what to call the server here (its host)"},
    {"user", OPTION_VALUE, "USER", "who logs in; asked for if it is not given"},
    {"token-file", OPTION_VALUE, "FILE",
        "a token in place of name and password, as `tokens create` prints it; -: stdin"},
    PASSWORD_OPTION,
    {"fingerprint", OPTION_VALUE, "SHA256:...",
        "of the server's key; shown and asked about if it is not given"},
    {0},
};

// A log-in under way.
struct login {
    const struct subcommand_call *call;
    struct server_store store;
    struct client_target before; // as it was, without a token if there was no log-in
    struct client_target target; // as it will be
    struct client *client;
    struct err *err;
};

// What the token is called at the server: where it is used, and digits that make it the only one.
static int name_token(char out[TOKEN_NAME_SIZE], struct err *err)
{
    char host[256] = "";
    char name[TOKEN_HOST_MAX + 1] = "";
    unsigned number;
    size_t n = 0;

    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        return err_set(err, ERR_IO, "no random bytes: %m");
    (void)gethostname(host, sizeof host - 1);
    for (const char *c = host; *c != '\0' && *c != '.' && n < TOKEN_HOST_MAX; c++)
        name[n++] = isalnum((unsigned char)*c) ? (char)tolower((unsigned char)*c) : '-';
    snprintf(out, TOKEN_NAME_SIZE, "cli-%s-%08x", n > 0 ? name : "host", number);
    return 0;
}

// Who logs in again with a password is who did before, unless it is said.
static int ask_user(struct login *login)
{
    struct server_record *record = &login->target.server;
    const char *user = options_value(login->call->options, "user");

    if (user == NULL && login->before.server.token_name[0] != '\0') {
        text_line(stderr, "user: %s", record->user);
        return SUBCOMMAND_OK;
    }
    if (user == NULL && !isatty(STDIN_FILENO))
        return subcommand_misuse(login->err, "who logs in? --user is missing");
    if (user != NULL && strlen(user) >= sizeof record->user)
        return subcommand_misuse(login->err, "the user's name is too long");
    if (user == NULL)
        return secret_prompt_read_shown("user:", record->user, sizeof record->user, login->err);
    snprintf(record->user, sizeof record->user, "%s", user);
    return SUBCOMMAND_OK;
}

// Ends the token that this log-in takes the place of.
static void remove_old_token(struct login *login)
{
    const char *name = login->before.server.token_name;
    struct err why = {0};

    if (name[0] == '\0')
        return;

    int rc = login_session_remove_token(login->client, name, &why);

    if (rc < 0 && rc != ERR_NOT_FOUND)
        text_line(stderr, "secureesp: the token before, %s, goes on: %s; `secureesp tokens remove`",
            name, why.message);
}

static int save(struct login *login)
{
    return server_store_save(&login->store, login->target.name, &login->target.server, login->err);
}

// What was made, and cannot be kept, is taken back.
static int make_and_save(struct login *login)
{
    char name[TOKEN_NAME_SIZE];
    struct server_record *record = &login->target.server;
    int rc = name_token(name, login->err);

    if (rc == 0)
        rc = login_session_make_token(login->client, name, record, login->err);
    if (rc < 0)
        return rc;
    rc = save(login);
    if (rc < 0 && login_session_remove_token(login->client, record->token_name, NULL) < 0)
        text_line(stderr, "secureesp: the token %s was made, and goes on", record->token_name);
    if (rc == 0)
        remove_old_token(login);
    return rc;
}

static int read_password(
    const struct subcommand_call *call, char out[PASSWORD_SIZE], struct err *err)
{
    const char *path = options_value(call->options, "password-file");

    return path != NULL ? secret_file_take(path, "password", out, PASSWORD_SIZE, err)
                        : secret_prompt_read("password", out, PASSWORD_SIZE, err);
}

// The client has no token yet, and bears a session's cookie instead.
static int by_password(struct login *login)
{
    char password[PASSWORD_SIZE];
    struct client_target bare = login->target;
    int rc = ask_user(login);

    if (rc != SUBCOMMAND_OK)
        return rc;
    rc = read_password(login->call, password, login->err);
    if (rc == 0)
        rc = client_open(&bare, &login->client, login->err);
    if (rc == 0)
        rc = login_session_begin(login->client, password, &login->target.server, login->err);
    explicit_bzero(password, sizeof password);
    if (rc == 0) {
        rc = make_and_save(login);
        if (login_session_end(login->client, NULL) < 0)
            text_line(stderr, "secureesp: the session could not be ended; it ends by itself");
    }
    client_close(login->client);
    return rc;
}

static int read_token(const char *path, char out[SERVER_RECORD_TEXT_SIZE], struct err *err)
{
    return strcmp(path, "-") == 0 ? secret_prompt_read("token", out, SERVER_RECORD_TEXT_SIZE, err)
                                  : secret_file_read(path, out, SERVER_RECORD_TEXT_SIZE, err);
}

static int by_token(struct login *login, const char *path)
{
    struct server_record *record = &login->target.server;
    int rc = read_token(path, record->token, login->err);

    for (const char *c = record->token; rc == 0 && *c != '\0'; c++) {
        if (!isgraph((unsigned char)*c))
            rc = err_set(login->err, ERR_INVALID, "%s: this is no token", path);
    }
    if (rc == 0 && record->token[0] == '\0')
        rc = err_set(login->err, ERR_INVALID, "%s: this is no token", path);
    if (rc == 0)
        rc = client_open(&login->target, &login->client, login->err);
    if (rc < 0)
        return rc;
    rc = login_session_ask(login->client, record, login->err);
    client_close(login->client);
    return rc < 0 ? rc : save(login);
}

// Which server, and what to call it here.
static int find_server(struct login *login)
{
    const char *word = login->call->server;
    char usual[SERVER_NAME_SIZE] = "";

    server_store_find(&login->store);
    if (word == NULL && server_store_usual(&login->store, usual, NULL) == 0 && usual[0] != '\0')
        word = usual;
    if (word == NULL)
        return subcommand_misuse(
            login->err, "at which server? secureesp --server https://HOST:9443 login");

    int rc = client_target_for_login(&login->store, word,
        options_value(login->call->options, "name"), &login->before, login->err);

    login->target = login->before;
    explicit_bzero(login->target.server.token, sizeof login->target.server.token);
    login->target.server.token_name[0] = '\0';
    return rc;
}

static int show(struct login *login)
{
    const struct server_record *record = &login->target.server;
    char until[CLOCK_TEXT_SIZE];
    char usual[SERVER_NAME_SIZE] = "";

    if (login->call->json)
        return output_json(json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "name", login->target.name,
                               "url", record->url, "fingerprint", record->pin, "user", record->user,
                               "role", record->role, "until_ms", (json_int_t)record->until_ms),
            login->err);
    clock_format(record->until_ms, until);
    text_line(stdout, "%s: logged in at %s as %s, %s%s%s", login->target.name, record->url,
        record->user, record->role, record->until_ms > 0 ? ", until " : "",
        record->until_ms > 0 ? until : "");
    if (server_store_usual(&login->store, usual, NULL) == 0 && usual[0] == '\0')
        text_line(stdout, "commands go there with --server %s, or always: secureesp servers use %s",
            login->target.name, login->target.name);
    return SUBCOMMAND_OK;
}

static int run(const struct subcommand_call *call, struct err *err)
{
    struct login login = {.call = call, .err = err};
    const char *token_file = options_value(call->options, "token-file");
    int rc;

    if (token_file != NULL && options_has(call->options, "password-file"))
        return subcommand_misuse(err, "--token-file and --password-file exclude each other");
    rc = find_server(&login);
    if (rc == SUBCOMMAND_OK)
        rc = login_key_find(call, &login.before, login.target.server.pin, err);
    if (rc == SUBCOMMAND_OK)
        rc = token_file != NULL ? by_token(&login, token_file) : by_password(&login);
    if (rc == SUBCOMMAND_OK)
        rc = show(&login);
    explicit_bzero(&login, sizeof login);
    return rc;
}

const struct subcommand login_subcommands[] = {
    {"login", NULL,
        "[--name NAME] [--user USER] [--token-file FILE] [--password-file FILE] [--fingerprint "
        "SHA256:...] [--json]",
        "log in at the server that --server names", options, 0, 0, run},
    {0},
};
