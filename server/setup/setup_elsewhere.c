// Certificates from a CA that is on another machine.
#include "server/setup/setup_elsewhere.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/base/text_file.h"
#include "server/pki/certificate.h"
#include "server/pki/credential_check.h"
#include "server/pki/credential_file.h"
#include "server/pki/request_file.h"
#include "server/setup/setup_issue.h"
#include "server/setup/setup_pair.h"

#define FILE_MAX 65536

bool setup_elsewhere_is_due(const struct setup *setup)
{
    struct setup_finding daemon_finding = {0};
    struct setup_finding broker = {0};
    struct err err = {0};

    return access(SETUP_PKI "/ca.crt", F_OK) < 0 ||
           setup_pair_look_daemon(setup, &daemon_finding, &err) < 0 ||
           daemon_finding.what != SETUP_KEPT || setup_pair_look_broker(setup, &broker, &err) < 0 ||
           broker.what != SETUP_KEPT;
}

// --- asking

static void request_path(const char *name, char out[128])
{
    snprintf(out, 128, SETUP_REQUESTS "/%s.csr", name);
}

// The text of the request for a key that is there.
static int make_request(
    const struct setup *setup, const char *name, const char *key_path, char **out, struct err *err)
{
    const char *dns[SETUP_NAMES_MAX];
    const char *ip[SETUP_NAMES_MAX];
    struct subject_names names = {.dns = dns, .ip = ip};
    struct private_key *key;
    int rc = private_key_load(key_path, &key, err);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < setup->names.count; i++) {
        if (setup_names_is_address(setup->names.names[i]))
            ip[names.ip_count++] = setup->names.names[i];
        else
            dns[names.dns_count++] = setup->names.names[i];
    }
    rc = request_file_make(key, name, &names, out, err);
    private_key_free(key);
    return rc;
}

static bool is_asked(const struct setup *setup, const char *name, const char *key_path)
{
    char path[128];
    char *there = NULL;
    char *wanted = NULL;
    bool same = false;

    request_path(name, path);
    if (access(key_path, F_OK) == 0 && text_file_read(path, FILE_MAX, &there, NULL) == 0 &&
        make_request(setup, name, key_path, &wanted, NULL) == 0)
        same = request_file_is_same(there, wanted);
    free(there);
    free(wanted);
    return same;
}

static int look(const struct setup *setup, const char *name, struct setup_finding *finding)
{
    struct setup_issue_paths paths;
    char path[128];

    setup_issue_place(name, &paths);
    request_path(name, path);
    if (is_asked(setup, name, paths.key))
        return setup_find(finding, SETUP_KEPT, "%s", path);
    return setup_find(finding, SETUP_CREATED, "%s, for %s%s", path, paths.key,
        access(paths.key, F_OK) == 0 ? "" : ", which is made");
}

static int ask(const struct setup *setup, const char *name, struct err *err)
{
    struct setup_issue_paths paths;
    struct private_key *key = NULL;
    char path[128];
    char *text = NULL;
    int rc;

    setup_issue_place(name, &paths);
    request_path(name, path);
    rc = setup_issue_take_key(paths.key, &key, err);
    private_key_free(key);
    if (rc == 0)
        rc = file_make_folder(SETUP_REQUESTS, 0755, err);
    if (rc == 0)
        rc = make_request(setup, name, paths.key, &text, err);
    if (rc == 0)
        rc = file_replace(path, (const uint8_t *)text, strlen(text), CREDENTIAL_FILE_PUBLIC, err);
    free(text);
    return rc;
}

int setup_elsewhere_look_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    (void)err;
    return look(setup, SETUP_ISSUE_DAEMON, finding);
}

int setup_elsewhere_ask_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    (void)finding;
    return ask(setup, SETUP_ISSUE_DAEMON, err);
}

int setup_elsewhere_look_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    (void)err;
    return look(setup, SETUP_ISSUE_BROKER, finding);
}

int setup_elsewhere_ask_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    (void)finding;
    return ask(setup, SETUP_ISSUE_BROKER, err);
}

void setup_elsewhere_explain(const struct setup *setup, FILE *out)
{
    static const char *const names[] = {SETUP_ISSUE_DAEMON, SETUP_ISSUE_BROKER};

    fputs("\nNow take both files of " SETUP_REQUESTS
          " to the machine of the CA, and type there, with "
          "DIR for its folder:\n\n",
        out);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        fprintf(out, "secureesp pki server DIR %s --force --request %s.csr", names[i], names[i]);
        for (size_t j = 0; j < setup->names.count; j++)
            fprintf(out, " --%s %s", setup_names_is_address(setup->names.names[j]) ? "ip" : "dns",
                setup->names.names[j]);
        fputc('\n', out);
    }
    fputs("\nThen bring DIR/ca.crt, DIR/servers/secureespd.crt and DIR/servers/mosquitto.crt into "
          "one "
          "folder here, and:\n\nsudo secureesp setup --ca-elsewhere=FOLDER\n",
        out);
}

// --- taking what was answered

static void answer_path(const struct setup *setup, const char *name, char out[PATH_MAX])
{
    snprintf(out, PATH_MAX, "%s/%s.crt", setup->answers, name);
}

// Whether what was answered is there already.
static int compare(const char *answer, const char *target, bool *same, struct err *err)
{
    char *a = NULL;
    char *b = NULL;
    int rc = text_file_read(answer, FILE_MAX, &a, err);

    if (rc == 0)
        *same = text_file_read(target, FILE_MAX, &b, NULL) == 0 && strcmp(a, b) == 0;
    free(a);
    free(b);
    return rc;
}

int setup_elsewhere_look_answer_ca(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    static const char target[] = SETUP_PKI "/ca.crt";
    char path[PATH_MAX];
    int64_t not_after_ms;
    bool same = false;

    answer_path(setup, "ca", path);

    int rc = compare(path, target, &same, err);

    if (rc == 0)
        rc = credential_check_ca(path, clock_system_ms(), &not_after_ms, err);
    if (rc < 0)
        return rc;
    if (same)
        return setup_find(finding, SETUP_KEPT, "%s; its key is elsewhere", target);
    if (access(target, F_OK) == 0)
        return err_set(err, ERR_CONFLICT,
            "%s is another CA's than %s; to change the CA, see `secureesp help pki rotate`", target,
            path);
    return setup_find(finding, SETUP_CREATED, "%s; its key is elsewhere", target);
}

static int look_answer(
    const struct setup *setup, const char *name, struct setup_finding *finding, struct err *err)
{
    char path[PATH_MAX];
    char ca[PATH_MAX];
    struct setup_issue_paths paths;
    struct certificate *certificate = NULL;
    bool same = false;
    int rc;

    answer_path(setup, name, path);
    answer_path(setup, "ca", ca);
    setup_issue_place(name, &paths);

    const struct credential_check_files files = {.ca = ca, .certificate = path, .key = paths.key};

    rc = compare(path, paths.certificate, &same, err);
    if (rc == 0)
        rc = credential_check_server(&files, clock_system_ms(), &certificate, err);
    if (rc < 0)
        return rc;

    const char *missing = setup_pair_find_missing(&setup->names, certificate);

    certificate_free(certificate);
    if (missing != NULL)
        return err_set(err, ERR_INVALID, "%s lacks the name %s: sign it again, with --%s %s", path,
            missing, setup_names_is_address(missing) ? "ip" : "dns", missing);
    return setup_find(finding,
        same                                   ? SETUP_KEPT
        : access(paths.certificate, F_OK) == 0 ? SETUP_CHANGED
                                               : SETUP_CREATED,
        "%s, from %s", paths.certificate, setup->answers);
}

static int take(const struct setup *setup, const char *name, const char *target, struct err *err)
{
    char path[PATH_MAX];
    char *text = NULL;
    int rc;

    answer_path(setup, name, path);
    rc = text_file_read(path, FILE_MAX, &text, err);
    if (rc == 0)
        rc = file_replace_keep(
            target, (const uint8_t *)text, strlen(text), CREDENTIAL_FILE_PUBLIC, err);
    free(text);
    return rc;
}

int setup_elsewhere_look_answer_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    return look_answer(setup, SETUP_ISSUE_DAEMON, finding, err);
}

int setup_elsewhere_look_answer_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    return look_answer(setup, SETUP_ISSUE_BROKER, finding, err);
}

int setup_elsewhere_take_ca(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    (void)finding;
    return take(setup, "ca", SETUP_PKI "/ca.crt", err);
}

static int take_server(const struct setup *setup, const char *name, struct err *err)
{
    struct setup_issue_paths paths;

    setup_issue_place(name, &paths);
    return take(setup, name, paths.certificate, err);
}

int setup_elsewhere_take_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    (void)finding;
    return take_server(setup, SETUP_ISSUE_DAEMON, err);
}

int setup_elsewhere_take_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    (void)finding;
    return take_server(setup, SETUP_ISSUE_BROKER, err);
}
