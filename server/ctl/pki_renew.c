// `secureesp pki renew`: certificates of servers and clients, before they end.
#include "server/ctl/pki_renew.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "server/base/clock.h"
#include "server/ctl/output.h"
#include "server/ctl/pki_issue.h"
#include "server/ctl/pki_record.h"
#include "server/ctl/pki_renew_ask.h"
#include "server/ctl/pki_renew_reload.h"
#include "server/ctl/text.h"
#include "server/pki/pki_renew.h"
#include "server/pki/pki_renew_carry.h"

#define SIGNER_FOLDER "/var/lib/secureesp-signer"
#define FOLDERS_MAX 8

const struct option_rule pki_renew_options[] = {
    {"before", OPTION_VALUE, "DAYS",
        "so many days before the end (30, or a third of its life if that is less)"},
    {"ca", OPTION_LIST, "DIR", "where the CA's key may be, too (" SIGNER_FOLDER ")"},
    {"reload", OPTION_LIST, "UNIT", "have systemd reload it, if a certificate was renewed"},
    {"dry-run", OPTION_FLAG, NULL, "say what would be done, and do nothing"},
    {"request", OPTION_VALUE, "NEW-DIR", "write there what a CA on another machine has to sign"},
    {"answer", OPTION_VALUE, "PATH", "take what it has signed"},
    {"no-daemon", OPTION_FLAG, NULL, "ask no daemon what is revoked: where only the CA is"},
    {0},
};

// What is under way.
struct renewing {
    const struct subcommand_call *call;
    struct pki_renew renew;
    struct pki_record record;
    struct pki_renew_ask ask;
    bool is_request;
    size_t renewed, requested, elsewhere, failed;
    json_t *list; // of what became of each
};

static const char *const states[] = {
    [PKI_RENEW_GOOD] = "good",
    [PKI_RENEW_DUE] = "due",
    [PKI_RENEW_RENEWED] = "renewed",
    [PKI_RENEW_REVOKED] = "revoked",
    [PKI_RENEW_FOREIGN] = "foreign",
    [PKI_RENEW_ELSEWHERE] = "ca-elsewhere",
    [PKI_RENEW_FAILED] = "failed",
};

static void print(const struct renewing *renewing, const struct pki_renew_item *item)
{
    char until[CLOCK_TEXT_SIZE];
    char due[CLOCK_TEXT_SIZE];

    clock_format(item->pair.not_after_ms, until);
    clock_format(item->due_ms, due);
    switch (item->state) {
    case PKI_RENEW_GOOD:
        text_line(stdout, "%s: good until %s, to be renewed from %s", item->name, until, due);
        return;
    case PKI_RENEW_DUE:
        text_line(stdout, "%s: ends on %s, %s", item->name, until,
            renewing->is_request ? "requested" : "would be renewed");
        return;
    case PKI_RENEW_RENEWED:
        text_line(stdout, "%s: renewed, until %s, serial %s", item->name, until, item->pair.serial);
        return;
    case PKI_RENEW_REVOKED:
        text_line(stdout, "%s: ends on %s; it is revoked, and left alone", item->name, until);
        return;
    case PKI_RENEW_FOREIGN:
        text_line(stdout, "%s: ends on %s; another CA signed it, which has to renew it", item->name,
            until);
        return;
    case PKI_RENEW_ELSEWHERE:
        text_line(
            stderr, "%s: ends on %s, and is not renewed: the CA is elsewhere", item->name, until);
        return;
    case PKI_RENEW_FAILED:
        text_line(stderr, "%s: not renewed: %s", item->name, item->why.message);
        return;
    }
}

static json_t *describe(const struct pki_renew_item *item)
{
    return json_pack("{s:o, s:o, s:s, s:s, s:I, s:I, s:o}", "name", output_text(item->name),
        "certificate", output_text(item->pair.public_path), "state", states[item->state], "serial",
        item->pair.serial, "not_after_ms", (json_int_t)item->pair.not_after_ms, "due_ms",
        (json_int_t)item->due_ms, "reason",
        item->state == PKI_RENEW_FAILED ? output_text(item->why.message) : json_null());
}

static void note(const struct pki_renew_item *item, void *ctx)
{
    struct renewing *renewing = ctx;

    renewing->renewed += item->state == PKI_RENEW_RENEWED;
    renewing->requested += item->state == PKI_RENEW_DUE;
    renewing->elsewhere += item->state == PKI_RENEW_ELSEWHERE;
    renewing->failed += item->state == PKI_RENEW_FAILED;
    if (renewing->call->json)
        json_array_append_new(renewing->list, describe(item));
    else
        print(renewing, item);
    if (item->state == PKI_RENEW_RENEWED && !options_has(renewing->call->options, "no-daemon"))
        pki_record_tell(&renewing->record, &item->pair, 1);
}

static int is_revoked(const struct certificate *certificate, void *ctx, struct err *err)
{
    struct renewing *renewing = ctx;

    return pki_renew_ask(&renewing->ask, certificate, err);
}

static int before(void *ctx, struct err *err)
{
    const struct renewing *renewing = ctx;

    return pki_renew_reload_mark(renewing->renew.folder, err);
}

static int judge(const struct renewing *renewing, struct err *err)
{
    const char *folder = renewing->renew.folder;

    if (renewing->elsewhere > 0)
        return err_set(err, ERR_UNAVAILABLE,
            "ca-elsewhere: the CA's key is not here. `secureesp pki renew %s --request NEW-DIR` "
            "writes what it has to sign. Where the key is, run `secureesp pki renew NEW-DIR --ca "
            "CA-DIR --no-daemon`; then here `secureesp pki renew %s --answer NEW-DIR`",
            folder, folder);
    if (renewing->failed > 0)
        return err_set(err, ERR_CONFLICT, "%zu certificate%s could not be renewed",
            renewing->failed, renewing->failed == 1 ? "" : "s");
    return SUBCOMMAND_OK;
}

static int tell(struct renewing *renewing, bool reloaded, struct err *err)
{
    const struct subcommand_call *call = renewing->call;

    if (call->json)
        return output_json(
            json_pack("{s:O, s:b}", "certificates", renewing->list, "reloaded", (int)reloaded),
            err);
    if (renewing->renewed > 0 && !reloaded && !options_has(call->options, "no-daemon"))
        text_line(stdout, "Now have the services read them: systemctl reload secureespd mosquitto");
    if (renewing->is_request && renewing->requested > 0)
        text_line(stdout,
            "Take %s to the CA's machine. There, run: secureesp pki renew %s --ca CA-DIR "
            "--no-daemon",
            options_value(call->options, "request"), "NEW-DIR");
    return SUBCOMMAND_OK;
}

static int go(struct renewing *renewing, struct err *err)
{
    const struct options *options = renewing->call->options;
    struct err reason = {0};
    bool reloaded = false;
    int rc = pki_renew_each(&renewing->renew, err);

    if (rc == 0 && !options_has(options, "dry-run") && !renewing->is_request)
        rc = pki_renew_reload(renewing->renew.folder, options, &reloaded, &reason);
    if (rc == 0)
        rc = tell(renewing, reloaded, err);
    if (rc < 0)
        return reason.code != 0 ? err_set(err, rc, "%s", reason.message) : rc;
    return judge(renewing, err);
}

// Which of the three ways it goes.
static int choose(struct renewing *renewing, struct pki_renew_carry *carry, struct err *err)
{
    const struct options *options = renewing->call->options;
    const char *request = options_value(options, "request");
    const char *answer = options_value(options, "answer");

    if ((request != NULL) + (answer != NULL) + options_has(options, "dry-run") > 1)
        return subcommand_misuse(err, "--request, --answer and --dry-run exclude each other");
    renewing->is_request = request != NULL;
    carry->path = request != NULL ? request : answer;
    renewing->renew.act_ctx = carry;
    renewing->renew.act = request != NULL                   ? pki_renew_carry_request
                          : answer != NULL                  ? pki_renew_carry_answer
                          : options_has(options, "dry-run") ? pki_renew_look
                                                            : pki_renew_issue;
    if (request != NULL)
        return pki_renew_carry_begin(carry, renewing->renew.folder, err);
    return answer != NULL ? pki_renew_carry_read(carry, err) : SUBCOMMAND_OK;
}

// The folder's own key first.
static int list_folders(const struct renewing *renewing, const char *folders[FOLDERS_MAX],
    size_t *count, struct err *err)
{
    const char *folder;
    size_t cursor = 0;

    *count = 0;
    folders[(*count)++] = renewing->renew.folder;
    while ((folder = options_next(renewing->call->options, "ca", &cursor)) != NULL) {
        if (*count == FOLDERS_MAX - 1)
            return subcommand_misuse(err, "--ca is given more than %d times", FOLDERS_MAX - 2);
        folders[(*count)++] = folder;
    }
    if (*count == 1)
        folders[(*count)++] = SIGNER_FOLDER;
    return SUBCOMMAND_OK;
}

int pki_renew_run(const struct subcommand_call *call, struct err *err)
{
    static const int64_t range[2] = {1, PKI_ISSUE_DAYS_MAX};
    const char *folders[FOLDERS_MAX];
    int64_t days = 0;
    struct pki_renew_carry carry = {0};
    struct renewing renewing = {
        .call = call,
        .record = {.call = call},
        .ask = {.call = call},
        .renew = {.ca_folders = folders,
            .now_ms = clock_system_ms(),
            .is_revoked = is_revoked,
            .before = before,
            .each = note,
            .ctx = &renewing},
    };
    int rc = pki_issue_read_folder(call->options, &renewing.renew.folder, err);

    if (rc == SUBCOMMAND_OK && options_number(call->options, "before", range, &days, err) < 0)
        rc = SUBCOMMAND_USAGE;
    if (rc == SUBCOMMAND_OK)
        rc = list_folders(&renewing, folders, &renewing.renew.ca_count, err);
    if (rc == SUBCOMMAND_OK)
        rc = choose(&renewing, &carry, err);
    // What was answered is taken, whenever the old one ends.
    renewing.renew.before_days =
        options_has(call->options, "answer") ? PKI_ISSUE_DAYS_MAX : (int)days;
    renewing.list = json_array();
    if (rc == SUBCOMMAND_OK)
        rc = go(&renewing, err);
    json_decref(renewing.list);
    pki_renew_ask_clear(&renewing.ask);
    pki_renew_carry_clear(&carry);
    return rc;
}
