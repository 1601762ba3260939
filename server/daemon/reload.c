// What SIGHUP does.
#include "server/daemon/reload.h"

#include <stdbool.h>
#include <string.h>

#include "server/base/log.h"
#include "server/daemon/webhook_link.h"
#include "server/settings/settings_conflict.h"

// What was read, and whether it is to be used.
struct fresh {
    struct config config;
    bool has_config;
    struct certificate *certificate; // or NULL
    bool has_ca;
    int64_t ca_not_after_ms;
    int kept; // things that stay as they were
};

// Takes over what may change while the daemon runs.
static void take_config(const struct reload *reload, struct config *fresh)
{
    struct config *config = reload->config;
    char *other_server = config->other_server;
    char *webhook_allow = config->webhook_allow;
    char restart[512];

    config_compare(config, fresh, restart, sizeof restart);
    if (restart[0] != '\0')
        log_warning("daemon", "settings changed that need a restart: %s", restart);
    config->log_level = fresh->log_level;
    config->offline_after_s = fresh->offline_after_s;
    config->statuses_days = fresh->statuses_days;
    config->hours_days = fresh->hours_days;
    config->events_days = fresh->events_days;
    config->statuses_per_minute = fresh->statuses_per_minute;
    config->min_free_percent = fresh->min_free_percent;
    config->min_free_bytes = fresh->min_free_bytes;
    config->public_port = fresh->public_port;
    config->other_server = fresh->other_server;
    fresh->other_server = other_server;
    config->webhook_allow = fresh->webhook_allow;
    fresh->webhook_allow = webhook_allow;
    webhook_link_reload(reload->api->api.webhooks, config);
    log_set_level(fresh->log_level);
    download_set_config(reload->download, fresh->device_config);
    fresh->device_config = NULL;
}

static void keep(
    const struct reload *reload, struct fresh *fresh, const char *what, const struct err *err)
{
    fresh->kept++;
    (void)tally_add(reload->kept, 1, 0); // told each time: somebody asked for it
    log_error("daemon",
        "not reloaded, the one in use stays: %s: %s (fix it, check it with --check-config, and "
        "reload again)",
        what, err->message);
}

static void drop_config(const struct reload *reload, struct fresh *fresh, const struct err *err)
{
    keep(reload, fresh, "configuration", err);
    config_clear(&fresh->config);
    fresh->has_config = false;
}

static void drop_certificate(
    const struct reload *reload, struct fresh *fresh, const struct err *err)
{
    keep(reload, fresh, "certificate", err);
    certificate_free(fresh->certificate);
    fresh->certificate = NULL;
}

// Whether a certificate bears the names of the configuration in use, as credentials_check_names().
static bool serves_in_use(
    const struct reload *reload, struct certificate *certificate, struct err *err)
{
    const struct config *config = reload->config;
    struct download_config_judge judge = {
        CONFIG_MEMBER_DOWNLOAD_SERVER, config->other_server, credentials_judge_name, certificate};
    int line;
    int rc = download_each_name(reload->download, &judge, &line, err);

    if (rc == 0 && config->enrol_port != 0 && config->enrol_certificate[0] == '\0') {
        judge.member = CONFIG_MEMBER_ENROL_SERVER;
        rc = download_each_name(reload->download, &judge, &line, err);
    }
    return rc == 0;
}

static void read_fresh(const struct reload *reload, struct fresh *fresh)
{
    struct err err = {0};

    fresh->has_config = config_load(reload->config_path, &fresh->config, &err) == 0;
    if (!fresh->has_config)
        keep(reload, fresh, "configuration", &err);
    fresh->has_ca = credentials_check_ca(reload->config, &fresh->ca_not_after_ms, &err) == 0;
    if (!fresh->has_ca)
        keep(reload, fresh, "CA", &err);

    int rc = fresh->has_ca
                 ? credentials_check_certificate(reload->config, &fresh->certificate, &err)
                 : credentials_check_certificate_by(
                       reload->auth, reload->config, &fresh->certificate, &err);

    if (rc < 0)
        keep(reload, fresh, "certificate", &err);
}

// Configuration and certificate must fit: what does not fit what stays beside it is dropped.
static void fit(const struct reload *reload, struct fresh *fresh)
{
    struct err err = {0};
    struct certificate *shown =
        fresh->certificate != NULL ? fresh->certificate : reload->credentials->certificate;

    if (!fresh->has_config) {
        if (fresh->certificate != NULL && !serves_in_use(reload, fresh->certificate, &err))
            drop_certificate(reload, fresh, &err);
        return;
    }
    if (credentials_check_names(&fresh->config, reload->config_path, shown, &err) == 0)
        return;
    if (fresh->certificate == NULL || serves_in_use(reload, fresh->certificate, NULL)) {
        drop_config(reload, fresh, &err);
        return;
    }
    drop_certificate(reload, fresh, &err);
    if (credentials_check_names(
            &fresh->config, reload->config_path, reload->credentials->certificate, &err) < 0)
        drop_config(reload, fresh, &err);
}

// Whether it is in use now.
static bool take_certificate(const struct reload *reload, struct fresh *fresh)
{
    struct err err = {0};

    if (fresh->certificate == NULL)
        return false;
    if (http_server_reload(reload->server, &err) < 0) {
        drop_certificate(reload, fresh, &err);
        return false;
    }
    certificate_free(reload->credentials->certificate);
    reload->credentials->certificate = fresh->certificate;
    fresh->certificate = NULL;
    if (mqtt_client_reload(reload->mqtt, &err) < 0)
        keep(reload, fresh, "certificate for the broker", &err);
    return true;
}

// Devices that take the CA must be able to verify the certificate that they are shown.
static void take_ca(const struct reload *reload, struct fresh *fresh, bool with_certificate)
{
    struct credentials *credentials = reload->credentials;
    struct err err = {0};
    bool fits = with_certificate ||
                credentials_check_ca_fits(reload->config, credentials->certificate, &err) == 0;

    if (fits && device_auth_reload(reload->auth, &err) == 0)
        credentials->ca_not_after_ms = fresh->ca_not_after_ms;
    else
        keep(reload, fresh, "CA", &err);
}

void reload_run(const struct reload *reload)
{
    struct fresh fresh = {0};
    struct err err = {0};

    read_fresh(reload, &fresh);
    fit(reload, &fresh);

    bool with_certificate = take_certificate(reload, &fresh);

    if (fresh.has_ca)
        take_ca(reload, &fresh, with_certificate);
    if (enrol_link_reload(reload->enrolment, with_certificate, &err) < 0)
        keep(reload, &fresh, "enrolment's CA of the claims, or certificate", &err);
    if (api_link_reload(reload->api, reload->config, with_certificate, &err) < 0)
        keep(reload, &fresh, "certificate for operators", &err);
    if (fresh.has_config) {
        take_config(reload, &fresh.config);
        config_clear(&fresh.config);
    }
    settings_conflict_warn(&reload->api->settings.desk);
    if (fresh.kept == 0)
        log_info("daemon", "reloaded");
}
