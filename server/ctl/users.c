// `secureesp users`: who may use the API over HTTPS.
#include "server/ctl/users.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "server/ctl/field.h"
#include "server/ctl/listing.h"
#include "server/ctl/password.h"
#include "server/ctl/present.h"
#include "server/ctl/url.h"

#define USERS "/api/v1/users"

static const struct option_rule add_options[] = {
    {"role", OPTION_VALUE, "ROLE", "viewer, operator or administrator"},
    {"no-password", OPTION_FLAG, NULL, "he shows a certificate, and cannot log in"},
    PASSWORD_OPTION,
    {0},
};

static const struct option_rule passwd_options[] = {PASSWORD_OPTION, {0}};

static const struct table_column columns[] = {
    {"USER", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"ROLE", TABLE_LEFT, TABLE_CUT_NEVER, 0},
    {"PASSWORD", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
    {"ADDED", TABLE_RIGHT, TABLE_CUT_NEVER, 0},
};

static void add_user(struct table *table, const json_t *user, int64_t now_ms)
{
    char password[TEXT_SHORT_SIZE];
    char added[TEXT_SHORT_SIZE];

    field_age(user, "password_at_ms", now_ms, password);
    field_age(user, "created_at_ms", now_ms, added);
    table_add(table, TABLE_PLAIN, field_text(user, "name", ""));
    table_add(table, TABLE_PLAIN, field_text(user, "role", ""));
    table_add(table, TABLE_PLAIN, password);
    table_add(table, TABLE_PLAIN, added);
}

static int show_list(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    static const struct listing listing = {columns, sizeof columns / sizeof columns[0], add_user};

    return listing_show(&listing, call, answer, err);
}

static int run_list(const struct subcommand_call *call, struct err *err)
{
    return present_get(call, USERS, show_list, err);
}

static int show_user(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    (void)call;
    (void)err;
    text_line(stdout, "%s: %s", field_text(answer, "name", "-"), field_text(answer, "role", "-"));
    return SUBCOMMAND_OK;
}

static int run_add(const struct subcommand_call *call, struct err *err)
{
    const char *role = options_value(call->options, "role");
    json_t *body;
    int rc = 0;

    if (role == NULL)
        return subcommand_misuse(err, "give --role: viewer, operator or administrator");
    body = json_object();
    if (json_object_set_new(body, "name", json_string(call->options->arguments[0])) < 0 ||
        json_object_set_new(body, "role", json_string(role)) < 0)
        rc = subcommand_misuse(err, "name and role must be UTF-8");
    if (rc == 0 && !options_has(call->options, "no-password"))
        rc = password_read_new(call, body, err);
    if (rc == 0)
        return present_post(call, USERS, body, show_user, err);
    json_decref(body);
    return rc;
}

static int post(const struct subcommand_call *call, const char *action, const char *role,
    present_show *show, struct err *err)
{
    struct client_request request = {.method = "POST"};
    struct url url;

    url_init(&url, USERS);
    url_segment(&url, call->options->arguments[0]);
    url_segment(&url, action);
    if (role != NULL)
        url_query(&url, "role", role);
    request.path = url_text(&url);

    int rc = present_request(call, &request, show, err);

    url_clear(&url);
    return rc;
}

static int run_role(const struct subcommand_call *call, struct err *err)
{
    return post(call, "role", call->options->arguments[1], show_user, err);
}

static int show_removed(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    (void)call;
    (void)err;
    text_line(stdout, "%s: removed", field_text(answer, "name", "-"));
    return SUBCOMMAND_OK;
}

static int run_remove(const struct subcommand_call *call, struct err *err)
{
    return post(call, "remove", NULL, show_removed, err);
}

static int show_set(const struct subcommand_call *call, const json_t *answer, struct err *err)
{
    (void)call;
    (void)err;
    text_line(stdout,
        "%s: password set; who was logged in is so no more, and his tokens have ended",
        field_text(answer, "name", "-"));
    return SUBCOMMAND_OK;
}

// Over the network one's own is changed with the one so far.
static int read_old(const struct subcommand_call *call, json_t *body, struct err *err)
{
    static const struct client_request request = {.method = "GET", .path = "/api/v1/session"};
    struct client *client;
    json_t *me = NULL;
    int rc = client_open(call->target, &client, err);

    if (rc < 0)
        return rc;
    rc = client_call(client, &request, &me, err);
    client_close(client);
    if (rc == 0 && strcmp(field_text(me, "name", ""), call->options->arguments[0]) == 0)
        rc = password_read("password so far", "old", body, err);
    json_decref(me);
    return rc;
}

static int run_passwd(const struct subcommand_call *call, struct err *err)
{
    json_t *body = json_object();
    struct url url;
    int rc = read_old(call, body, err);

    if (rc == 0)
        rc = password_read_new(call, body, err);
    if (rc < 0) {
        json_decref(body);
        return rc;
    }
    url_init(&url, USERS);
    url_segment(&url, call->options->arguments[0]);
    url_segment(&url, "password");
    rc = present_post(call, url_text(&url), body, show_set, err);
    url_clear(&url);
    return rc;
}

const struct subcommand users_subcommands[] = {
    {"users", "list", "[--json]", "list who may use the API over HTTPS", NULL, 0, 0, run_list},
    {"users", "add", "NAME --role ROLE [--no-password] [--password-file FILE] [--json]",
        "let somebody in; asks for his password", add_options, 1, 1, run_add},
    {"users", "role", "NAME ROLE [--json]", "give him another role; he has to log in again", NULL,
        2, 2, run_role},
    {"users", "passwd", "NAME [--password-file FILE] [--json]",
        "set his password; he has to log in again", passwd_options, 1, 1, run_passwd},
    {"users", "remove", "NAME [--json]", "let him in no more, nor his tokens", NULL, 1, 1,
        run_remove},
    {0},
};
