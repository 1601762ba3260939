// `secureesp pki rotate`: another CA, step by step.
#include "server/ctl/pki_rotate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "server/base/clock.h"
#include "server/ctl/client.h"
#include "server/ctl/field.h"
#include "server/ctl/output.h"
#include "server/ctl/pki_issue.h"
#include "server/ctl/pki_rotate_show.h"
#include "server/ctl/pki_rotate_tell.h"
#include "server/ctl/present.h"
#include "server/ctl/url.h"
#include "server/pki/credential_file.h"
#include "server/pki/pki_reissue.h"
#include "server/pki/pki_rotation.h"

#define PATH "/api/v1/rotation"
#define LEAVE "leave-behind"

const struct option_rule pki_rotate_options[] = {
    {"name", OPTION_VALUE, "CN", "start: the new CA's common name (secureesp CA and today's date)"},
    {"days", OPTION_VALUE, "N", "start: how many days the new CA is valid"},
    {"rsa", OPTION_FLAG, NULL, "start: make an RSA-2048 key instead of P-256"},
    {LEAVE, OPTION_LIST, "MAC", "issue, finish, abort: a device that is given up"},
    {0},
};

// A verb under way.
struct rotate {
    const struct subcommand_call *call;
    struct client *client;
    struct pki_folder_order order;
    const char *folder;
};

static int ask(
    struct rotate *rotate, const char *method, const char *path, json_t **answer, struct err *err)
{
    struct client_request request = {.method = method, .path = path};

    return client_call(rotate->client, &request, answer, err);
}

// What was done, and what the operator is to do now.
static int report(const struct rotate *rotate, const char *phase, const char *todo, struct err *err)
{
    if (rotate->call->json)
        return output_json(json_pack("{s:s, s:o, s:s}", "phase", phase, "folder",
                               output_text(rotate->folder), "next", todo),
            err);
    text_line(stdout, "%s", todo);
    return SUBCOMMAND_OK;
}

static int run_start(struct rotate *rotate, struct err *err)
{
    const char *name = options_value(rotate->call->options, "name");
    char usual[64];
    char day[CLOCK_TEXT_SIZE];
    struct pki_rotation rotation;
    struct url url;
    json_t *answer = NULL;
    int rc;

    clock_format(rotate->order.now_ms, day);
    snprintf(usual, sizeof usual, "secureesp CA %.10s", day);
    rc = pki_rotation_make(&rotate->order, name != NULL ? name : usual, &rotation, err);
    if (rc < 0)
        return rc;
    // The daemon first: it refuses a second change.
    url_init(&url, PATH);
    url_query(&url, "old", rotation.old_ca);
    url_query(&url, "new", rotation.new_ca);
    rc = ask(rotate, "POST", url_text(&url), &answer, err);
    url_clear(&url);
    json_decref(answer);
    if (rc == 0)
        rc = pki_rotation_join(rotate->folder, err);
    if (rc < 0)
        return rc;
    return report(rotate, "trust",
        "ca.crt holds both CAs. Now restart the broker, then reload secureespd: each device gets "
        "ca.crt and restarts; 'secureesp pki rotate status' shows them",
        err);
}

static void show_lost(struct rotate *rotate)
{
    json_t *answer;

    if (ask(rotate, "GET", PATH, &answer, NULL) < 0)
        return;
    pki_rotate_show_lost(answer);
    json_decref(answer);
}

// Goes on to a phase. *moved may be NULL.
static int advance(struct rotate *rotate, const char *to, int64_t *moved, struct err *err)
{
    const char *left;
    size_t cursor = 0;
    json_t *answer;
    struct url url;
    int rc;

    url_init(&url, PATH "/advance");
    url_query(&url, "to", to);
    while ((left = options_next(rotate->call->options, LEAVE, &cursor)) != NULL)
        url_query(&url, "leave", left);
    rc = ask(rotate, "POST", url_text(&url), &answer, err);
    url_clear(&url);
    if (rc == ERR_CONFLICT)
        show_lost(rotate);
    if (rc < 0)
        return rc;
    if (moved != NULL)
        *moved = field_integer(answer, "moved", 0);
    json_decref(answer);
    return 0;
}

// Before certificates are signed that the daemon could not judge.
static int check_trust(struct rotate *rotate, struct err *err)
{
    json_t *answer;
    int rc = ask(rotate, "GET", PATH, &answer, err);

    if (rc < 0)
        return rc;
    if (strcmp(field_text(answer, "phase", ""), "trust") == 0 && field_has(answer, "waits_for"))
        rc = err_set(err, ERR_CONFLICT, "%s", field_text(answer, "waits_for", ""));
    json_decref(answer);
    return rc;
}

static int run_issue(struct rotate *rotate, struct err *err)
{
    struct pki_reissue reissue = {.folder = rotate->folder, .now_ms = rotate->order.now_ms};
    struct pki_rotation rotation;
    int rc = pki_rotation_look(rotate->folder, &rotation, err);

    if (rc == 0)
        rc = check_trust(rotate, err);
    if (rc == 0)
        rc = advance(rotate, "certificates", NULL, err);
    if (rc == 0)
        rc = pki_rotate_tell(rotate->client, &reissue, err);
    if (rc == 0)
        rc = pki_reissue_servers(&reissue, err);
    if (rc < 0)
        return rc;
    return report(rotate, "certificates",
        "devices, servers and clients have certificates of the new CA, for the keys that they "
        "have. Now reload secureespd, then restart the broker: each device gets its own and "
        "restarts. Give the clients theirs, and ca.crt",
        err);
}

static int run_finish(struct rotate *rotate, struct err *err)
{
    struct pki_reissue reissue = {.folder = rotate->folder, .now_ms = rotate->order.now_ms};
    struct pki_rotation rotation;
    int rc = 0;

    if (!pki_rotation_is_finishing(rotate->folder)) {
        rc = pki_rotation_look(rotate->folder, &rotation, err);
        if (rc == 0)
            rc = advance(rotate, "last", NULL, err);
        if (rc == 0)
            rc = pki_reissue_files(&reissue, err);
    }
    if (rc == 0)
        rc = pki_rotation_finish(rotate->folder, err);
    if (rc < 0)
        return rc;
    return report(rotate, "last",
        "ca.crt holds the new CA alone; the old one lies in a folder named previous-... Now "
        "reload secureespd, then restart the broker: each device gets ca.crt once more and "
        "restarts",
        err);
}

static int run_abort(struct rotate *rotate, struct err *err)
{
    struct pki_reissue reissue = {.folder = rotate->folder, .now_ms = rotate->order.now_ms};
    struct pki_rotation rotation;
    int64_t moved = 0;
    char text[256];
    int rc = pki_rotation_look(rotate->folder, &rotation, err);

    if (rc == 0)
        rc = advance(rotate, "aborting", &moved, err);
    if (rc == ERR_NOT_FOUND && pki_rotation_look(rotate->folder, &rotation, NULL) == 0)
        rc = 0; // the daemon was not told of it, or has forgotten it
    if (rc == 0)
        rc = pki_reissue_restore(&reissue, err);
    if (rc == 0 && moved == 0)
        rc = pki_rotation_abandon(rotate->folder, err);
    if (rc < 0)
        return rc;
    snprintf(text, sizeof text,
        "%lld device%s may show a certificate of the new CA. Reload secureespd, then restart the "
        "broker: each gets its old one and restarts. Then run this again",
        (long long)moved, moved == 1 ? "" : "s");
    return report(rotate, moved > 0 ? "aborting" : "none",
        moved > 0 ? text
                  : "ca.crt holds the old CA alone; the new one lies in a folder named "
                    "abandoned-... Now reload secureespd, then restart the broker. Devices that "
                    "got both go on to trust both: 'secureesp command --all ca', then reboot",
        err);
}

static const struct {
    const char *verb;
    int (*run)(struct rotate *rotate, struct err *err);
} verbs[] = {
    {"start", run_start}, {"issue", run_issue}, {"finish", run_finish}, {"abort", run_abort}};

static int run_verb(const struct subcommand_call *call, size_t i, struct err *err)
{
    static const int64_t range[2] = {1, PKI_ISSUE_DAYS_MAX};
    struct rotate rotate = {.call = call, .folder = call->options->arguments[1]};
    int64_t days = 0;

    if (options_number(call->options, "days", range, &days, err) < 0)
        return SUBCOMMAND_USAGE;
    rotate.order = (struct pki_folder_order){
        .folder = rotate.folder,
        .kind = options_has(call->options, "rsa") ? PRIVATE_KEY_RSA2048 : PRIVATE_KEY_P256,
        .days = (int)days,
        .now_ms = clock_system_ms(),
    };

    int rc = client_open(call->target, &rotate.client, err);

    if (rc < 0)
        return rc;
    rc = verbs[i].run(&rotate, err);
    client_close(rotate.client);
    return rc;
}

int pki_rotate_run(const struct subcommand_call *call, struct err *err)
{
    const char *verb = call->options->arguments[0];
    size_t count = call->options->argument_count;

    if (strcmp(verb, "status") == 0) {
        if (count > 1)
            return subcommand_misuse(err, "status takes no folder");
        return present_get(call, PATH, pki_rotate_show, err);
    }
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(verb, verbs[i].verb) != 0)
            continue;
        if (count < 2 || call->options->arguments[1][0] == '\0')
            return subcommand_misuse(err, "%s needs the folder of the CA", verb);
        return run_verb(call, i, err);
    }
    return subcommand_misuse(err, "\"%s\" is none of start, status, issue, finish and abort", verb);
}
