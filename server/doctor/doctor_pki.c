// Certificates and keys.
#include "server/doctor/doctor_pki.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "server/base/clock.h"
#include "server/doctor/doctor_service.h"
#include "server/pki/certificate.h"
#include "server/pki/certificate_check.h"
#include "server/pki/credential_check.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define CHECK "certificates"

enum doctor_level doctor_pki_judge_end(int64_t not_after_ms, int64_t now_ms)
{
    if (not_after_ms < now_ms)
        return DOCTOR_FAIL;
    return not_after_ms - now_ms < DOCTOR_PKI_WARN_DAYS * DAY_MS ? DOCTOR_WARN : DOCTOR_OK;
}

static void say_end(struct doctor *doctor, const char *whose, int64_t not_after_ms, const char *fix)
{
    int64_t now_ms = clock_system_ms();
    enum doctor_level level = doctor_pki_judge_end(not_after_ms, now_ms);

    doctor_say(doctor, level, CHECK, level == DOCTOR_OK ? NULL : fix,
        "that of %s is good, and ends in %lld days", whose,
        (long long)((not_after_ms - now_ms) / DAY_MS));
}

static void check_ca(struct doctor *doctor)
{
    struct err err = {0};
    int64_t not_after_ms;

    if (credential_check_ca(doctor->config.ca, clock_system_ms(), &not_after_ms, &err) < 0)
        doctor_say(doctor, DOCTOR_FAIL, CHECK,
            "put the CA's certificate there, or make one: secureesp setup", "%s", err.message);
    else
        say_end(doctor, "the CA", not_after_ms,
            "change to another CA in time: secureesp pki rotate start");
}

// One of the two servers.
struct server {
    const char *whose;
    const char *unit;
    struct credential_check_files files;
    const char *names[3]; // that it must bear; "" or NULL: none
};

static void check_names(
    struct doctor *doctor, const struct server *server, const struct certificate *certificate)
{
    for (size_t i = 0; i < sizeof server->names / sizeof server->names[0]; i++) {
        const char *name = server->names[i];
        struct err err = {0};
        char fix[256];

        if (name == NULL || name[0] == '\0' || certificate_check_name(certificate, name, &err) == 0)
            continue;
        snprintf(fix, sizeof fix, "secureesp setup --name %.200s", name);
        doctor_say(doctor, DOCTOR_FAIL, CHECK, fix, "that of %s: %s", server->whose, err.message);
    }
}

static void check_server(struct doctor *doctor, const struct server *server)
{
    struct certificate *certificate;
    struct err err = {0};
    char fix[256];

    if (credential_check_server(&server->files, clock_system_ms(), &certificate, &err) < 0) {
        snprintf(fix, sizeof fix,
            "secureesp setup, which issues it anew; of a key that is open to others: chmod 0600");
        doctor_say(doctor, DOCTOR_FAIL, CHECK, fix, "%s: %s", server->whose, err.message);
        return;
    }
    check_names(doctor, server, certificate);
    snprintf(fix, sizeof fix, "issue another for its key, and systemctl reload %s", server->unit);
    say_end(doctor, server->whose, certificate_not_after_ms(certificate), fix);
    certificate_free(certificate);
}

// The broker lets in whom its own CA vouches for.
static void check_trust(struct doctor *doctor)
{
    struct certificate *certificate;
    struct err err = {0};

    if (certificate_load(doctor->config.certificate, &certificate, &err) < 0)
        return; // said already
    if (credential_check_vouches(doctor->broker.ca, certificate, clock_system_ms(), &err) < 0)
        doctor_say(doctor, DOCTOR_FAIL, CHECK,
            "set cafile in the broker's configuration to the daemon's CA, and restart it",
            "the broker's CA %s does not vouch for the daemon: %s", doctor->broker.ca, err.message);
    certificate_free(certificate);
}

void doctor_pki_check(struct doctor *doctor)
{
    const struct doctor_config *config = &doctor->config;
    const struct server daemon_server = {"the daemon", "secureespd",
        {.ca = config->ca, .certificate = config->certificate, .key = config->key},
        {config->download_server, NULL, NULL}};
    const struct server broker = {"the broker", "mosquitto",
        {.ca = config->ca, .certificate = doctor->broker.certificate, .key = doctor->broker.key},
        {config->mqtt_server, config->mqtt_host, NULL}};

    check_ca(doctor);
    check_server(doctor, &daemon_server);
    if (!doctor->broker.is_known || doctor->broker.certificate[0] == '\0')
        return;
    check_server(doctor, &broker);
    check_trust(doctor);
}

static void check_owner(struct doctor *doctor, const char *unit, const char *path)
{
    char user[64];
    char text[4096];
    char fix[DOCTOR_CONFIG_PATH_SIZE + 128];
    struct passwd entry;
    struct passwd *found = NULL;
    struct stat st;

    if (!doctor_service_user(unit, user, sizeof user) || path[0] == '\0' || stat(path, &st) < 0 ||
        getpwnam_r(user, &entry, text, sizeof text, &found) != 0 || found == NULL)
        return;
    if (st.st_uid == entry.pw_uid) {
        doctor_say(doctor, DOCTOR_OK, "keys", NULL, "%s is %s's", path, user);
        return;
    }
    snprintf(fix, sizeof fix, "chown %s %s, and systemctl restart %s", user, path, unit);
    doctor_say(doctor, DOCTOR_FAIL, "keys", fix, "%s is not %s's, who cannot read it", path, user);
}

static void check_ca_key(struct doctor *doctor)
{
    char path[DOCTOR_CONFIG_PATH_SIZE + 16];
    char fix[sizeof path + 32];
    struct stat st;
    const char *slash = strrchr(doctor->config.ca, '/');

    if (slash == NULL)
        return;
    snprintf(path, sizeof path, "%.*s/ca.key", (int)(slash - doctor->config.ca), doctor->config.ca);
    if (stat(path, &st) < 0)
        return; // elsewhere, which is better
    snprintf(fix, sizeof fix, "chmod 0600 %s", path);
    if ((st.st_mode & 077) != 0)
        doctor_say(doctor, DOCTOR_FAIL, "keys", fix, "%s, the CA's key, is open to others", path);
    else
        doctor_say(doctor, DOCTOR_OK, "keys", NULL, "%s is its owner's alone", path);
}

void doctor_pki_check_owners(struct doctor *doctor)
{
    check_ca_key(doctor);
    check_owner(doctor, "secureespd", doctor->config.key);
    if (doctor->broker.is_known)
        check_owner(doctor, "mosquitto", doctor->broker.key);
}
