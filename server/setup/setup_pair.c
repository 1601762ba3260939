// What is there of keys and certificates, and what is missing.
#include "server/setup/setup_pair.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/file.h"
#include "server/pki/certificate.h"
#include "server/pki/certificate_names.h"
#include "server/pki/credential_check.h"
#include "server/pki/device_credential.h"
#include "server/setup/setup_issue.h"
#include "server/setup/setup_past.h"

#define FILE_MAX 65536

enum setup_pair_need setup_pair_decide(const struct setup_pair_facts *facts)
{
    if (!facts->has_key)
        return SETUP_PAIR_BOTH;
    if (!facts->has_certificate)
        return SETUP_PAIR_CERTIFICATE;
    if (!facts->fits)
        return SETUP_PAIR_HELP;
    return facts->is_good && facts->has_names ? SETUP_PAIR_NOTHING : SETUP_PAIR_CERTIFICATE;
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static bool fits(const char *key_path, const char *certificate_path)
{
    uint8_t *key = NULL;
    uint8_t *certificate = NULL;
    size_t key_n = 0;
    size_t certificate_n = 0;
    int rc = file_read(key_path, FILE_MAX, &key, &key_n, NULL);

    if (rc == 0)
        rc = file_read(certificate_path, FILE_MAX, &certificate, &certificate_n, NULL);
    if (rc == 0)
        rc = device_credential_check_key(key, key_n, certificate, certificate_n, NULL);
    if (key != NULL)
        explicit_bzero(key, key_n);
    free(key);
    free(certificate);
    return rc == 0;
}

const char *setup_pair_find_missing(
    const struct setup_names *wanted, const struct certificate *certificate)
{
    struct certificate_names *names = malloc(sizeof *names);
    const char *missing = names == NULL ? "" : NULL;

    if (names != NULL && certificate_names_read(certificate, names, NULL) < 0)
        names->count = 0;
    for (size_t i = 0; names != NULL && i < wanted->count && missing == NULL; i++) {
        size_t j = 0;

        while (j < names->count && strcasecmp(names->names[j], wanted->names[i]) != 0)
            j++;
        if (j == names->count)
            missing = wanted->names[i];
    }
    free(names);
    return missing;
}

// What is known of a server's pair; missing is a name that it lacks.
static void read_facts(const struct setup *setup, const struct setup_issue_paths *paths,
    struct setup_pair_facts *facts, const char **missing)
{
    struct certificate *certificate = NULL;

    *missing = NULL;
    *facts = (struct setup_pair_facts){
        .has_key = is_there(paths->key), .has_certificate = is_there(paths->certificate)};
    if (!facts->has_key || !facts->has_certificate)
        return;
    facts->fits = fits(paths->key, paths->certificate);
    if (certificate_load(paths->certificate, &certificate, NULL) < 0)
        return;
    facts->is_good =
        credential_check_vouches(SETUP_PKI "/ca.crt", certificate, clock_system_ms(), NULL) == 0;
    *missing = setup_pair_find_missing(&setup->names, certificate);
    facts->has_names = *missing == NULL;
    certificate_free(certificate);
}

static int look(
    const struct setup *setup, const char *name, struct setup_finding *finding, struct err *err)
{
    struct setup_issue_paths paths;
    struct setup_pair_facts facts;
    const char *missing;

    setup_issue_place(name, &paths);
    read_facts(setup, &paths, &facts, &missing);
    switch (setup_pair_decide(&facts)) {
    case SETUP_PAIR_NOTHING:
        return setup_find(finding, SETUP_KEPT, "%s and its key, with %zu names and addresses",
            paths.certificate, setup->names.count);
    case SETUP_PAIR_BOTH:
        return setup_find(
            finding, SETUP_CREATED, "%s and its key, for %s", paths.certificate, setup->names.told);
    case SETUP_PAIR_CERTIFICATE:
        if (!facts.has_certificate)
            return setup_find(
                finding, SETUP_CREATED, "%s, for the key that is there", paths.certificate);
        return setup_find(finding, SETUP_CHANGED, "%s, whose key stays: %s%s", paths.certificate,
            facts.is_good ? "it lacks the name " : "the CA does not vouch for it, or it has ended",
            facts.is_good && missing != NULL ? missing : "");
    case SETUP_PAIR_HELP: break;
    }
    return err_set(err, ERR_CONFLICT,
        "%s is not the key of %s, or cannot be read; no key is ever replaced: move the one of the "
        "two away that is wrong, and run this again",
        paths.key, paths.certificate);
}

int setup_pair_look_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    return look(setup, SETUP_ISSUE_DAEMON, finding, err);
}

int setup_pair_look_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    return look(setup, SETUP_ISSUE_BROKER, finding, err);
}

static int make(const struct setup *setup, const char *name, struct err *err)
{
    struct setup_issue_paths paths;

    setup_issue_place(name, &paths);
    return setup_issue_server(&setup->names, name, &paths, err);
}

int setup_pair_make_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    (void)finding;
    return make(setup, SETUP_ISSUE_DAEMON, err);
}

int setup_pair_make_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    (void)finding;
    return make(setup, SETUP_ISSUE_BROKER, err);
}

int setup_pair_look_ca(const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    bool has_key = is_there(SETUP_PKI "/ca.key");

    if (is_there(SETUP_PKI "/ca.crt"))
        return setup_find(finding, SETUP_KEPT, SETUP_PKI "/ca.crt%s",
            has_key ? " and its key" : "; its key is elsewhere");
    if (!has_key && is_there(SETUP_REQUESTS))
        return err_set(err, ERR_CONFLICT,
            "there are requests in " SETUP_REQUESTS " to a CA elsewhere: take its answers with "
            "--ca-elsewhere=FOLDER, or remove them to make a CA here");

    int rc = setup_past_allows_ca(setup, err);

    if (rc < 0)
        return rc;
    return setup_find(finding, SETUP_CREATED, SETUP_PKI "/ca.crt%s",
        has_key ? ", for the key that is there"
                : " and its key: the CA, by which devices and servers know each other");
}

int setup_pair_make_ca(const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    (void)setup;
    (void)finding;
    return setup_issue_ca(err);
}
