// Setting up what the running daemon keeps.
#include "server/ctl/setup_fleet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "server/base/file.h"
#include "server/ctl/client.h"
#include "server/ctl/field.h"
#include "server/ctl/pki_record.h"
#include "server/ctl/setup_password.h"
#include "server/setup/setup_service.h"

#define WAIT_S 60
#define ADMIN_DEFAULT "admin"

static int get(const struct setup *setup, const char *path, json_t **out, struct err *err)
{
    const struct subcommand_call *call = setup->ctx;
    struct client_request request = {.method = "GET", .path = path, .is_look = true};
    struct client *client;
    int rc = client_open(call->target, &client, err);

    if (rc < 0)
        return rc;
    rc = client_call(client, &request, out, err);
    client_close(client);
    return rc;
}

// ERR_UNAVAILABLE with the reason while it is not yet so.
static int is_connected(const struct setup *setup, struct err *err)
{
    json_t *status;
    int rc = get(setup, "/api/v1/status", &status, err);

    if (rc < 0)
        return rc;

    const json_t *broker = json_object_get(status, "broker");

    if (!field_is_true(broker, "connected"))
        rc = err_set(err, ERR_UNAVAILABLE,
            "the daemon runs, and has no connection to the broker: %s",
            field_text(broker, "error", "not yet"));
    json_decref(status);
    return rc;
}

int setup_fleet_look_answer(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    struct err why = {0};

    (void)err;
    if (setup->pending == 0 && is_connected(setup, &why) == 0)
        return setup_find(
            finding, SETUP_KEPT, "the daemon answers, and is connected to the broker");
    if (!setup_service_has_systemd())
        return setup_find(finding, SETUP_SKIPPED,
            "once both run, run this again: it tells the daemon what was issued (%s)", why.message);
    return setup_find(finding, SETUP_CHANGED, "the daemon answers, and connects to the broker");
}

int setup_fleet_wait(const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    int rc = ERR_UNAVAILABLE;

    for (int i = 0; i < 4 * WAIT_S; i++) {
        const struct timespec pause = {.tv_nsec = 250000000};

        rc = is_connected(setup, err);
        if (rc == 0)
            return setup_find(
                finding, SETUP_KEPT, "the daemon answers, and is connected to the broker");
        nanosleep(&pause, NULL);
    }
    return rc;
}

// Whether the daemon can be asked for the rest.
static bool is_out_of_reach(const struct setup *setup)
{
    json_t *status;
    bool fails = get(setup, "/api/v1/status", &status, NULL) < 0;

    if (!fails)
        json_decref(status);
    return fails;
}

int setup_fleet_look_record(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    (void)err;
    if (access(SETUP_PKI "/issued.pem", F_OK) < 0 && !setup->is_dry)
        return setup_find(finding, SETUP_KEPT, "certificates: none was issued here");
    if (!setup->is_dry && is_out_of_reach(setup))
        return setup_find(finding, SETUP_SKIPPED, "certificates: the daemon is told when it runs");
    return setup_find(finding, SETUP_CHANGED, "the daemon knows all certificates that were issued");
}

int setup_fleet_record(const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    const struct subcommand_call *call = setup->ctx;
    int64_t added = 0;
    int rc = pki_record_folder(call->target, SETUP_PKI, &added, err);

    if (rc < 0)
        return rc;
    if (added == 0)
        return setup_find(
            finding, SETUP_KEPT, "the daemon knows all certificates that were issued");
    return setup_find(finding, SETUP_CHANGED, "the daemon was told of %lld certificate%s",
        (long long)added, added == 1 ? "" : "s");
}

// --- the first administrator

static const char *admin_name(const struct setup *setup)
{
    const struct subcommand_call *call = setup->ctx;
    const char *given = options_value(call->options, "admin");
    const char *user = getenv("SUDO_USER");

    if (given != NULL)
        return given;
    return user != NULL && user[0] != '\0' && strcmp(user, "root") != 0 ? user : ADMIN_DEFAULT;
}

// The name of one; NULL if there is none.
static const char *find_admin(const json_t *users)
{
    size_t i;
    json_t *user;

    json_array_foreach(users, i, user)
    {
        if (strcmp(field_text(user, "role", ""), "administrator") == 0)
            return field_text(user, "name", "-");
    }
    return NULL;
}

int setup_fleet_look_admin(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    struct err why = {0};
    json_t *users = NULL;
    int rc = get(setup, "/api/v1/users", &users, &why);

    if (rc == ERR_NOT_FOUND)
        return setup_find(finding, SETUP_SKIPPED, "administrator: this daemon has no users");
    if (rc < 0 && setup->is_dry)
        return setup_find(finding, SETUP_CREATED, "administrator %s", admin_name(setup));
    if (rc == ERR_UNAVAILABLE)
        return setup_find(finding, SETUP_SKIPPED, "administrator: made when the daemon runs");
    if (rc < 0)
        return err_set(err, rc, "%s", why.message);

    const char *admin = find_admin(users);

    // A call that was killed may have made him, and not have come to show the password.
    if (admin != NULL)
        setup_find(finding, SETUP_KEPT,
            "administrator %s (`secureesp users passwd %s` sets another password)", admin, admin);
    else
        setup_find(finding, SETUP_CREATED, "administrator %s", admin_name(setup));
    json_decref(users);
    return 0;
}

static int post_user(
    const struct subcommand_call *call, const char *name, const char *password, struct err *err)
{
    json_t *body =
        json_pack("{s:s, s:s, s:s}", "name", name, "role", "administrator", "password", password);
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    struct client_request request = {.method = "POST",
        .path = "/api/v1/users",
        .body = (const uint8_t *)text,
        .size_bytes = text != NULL ? strlen(text) : 0,
        .type = "application/json"};
    struct client *client = NULL;
    json_t *answer = NULL;
    int rc = text != NULL ? client_open(call->target, &client, err)
                          : err_set(err, ERR_INVALID, "\"%s\" is not a name", name);

    if (rc == 0)
        rc = client_call(client, &request, &answer, err);
    client_close(client);
    json_decref(answer);
    json_decref(body);
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    free(text);
    return rc;
}

int setup_fleet_make_admin(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    const struct subcommand_call *call = setup->ctx;
    struct setup_password password;
    const char *name = admin_name(setup);
    int rc =
        setup_password_take(options_value(call->options, "password-file"), name, &password, err);

    if (rc < 0)
        return rc;
    rc = post_user(call, name, password.text, err);
    if (rc == 0 && password.is_made)
        setup_find(finding, SETUP_CREATED,
            "administrator %s, with the password %s (shown this once; `secureesp users passwd %s` "
            "sets another)",
            name, password.text, name);
    explicit_bzero(&password, sizeof password);
    return rc;
}

void setup_fleet_print_next(const struct subcommand_call *call)
{
    struct setup setup = {.ctx = (void *)(uintptr_t)call};
    json_t *status;
    int64_t total;

    if (get(&setup, "/api/v1/status", &status, NULL) < 0)
        return;
    total = field_integer(json_object_get(status, "devices"), "total", 0);
    json_decref(status);
    if (total == 0)
        puts("0 devices; this adds the first: sudo secureesp pki device " SETUP_PKI " MAC");
    else
        printf("%lld device%s\n", (long long)total, total == 1 ? "" : "s");
}
