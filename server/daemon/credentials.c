// CA, certificate and key of the daemon, judged before they are used.
#include "server/daemon/credentials.h"

#include "common/config_member.h"
#include "server/base/clock.h"
#include "server/pki/certificate_check.h"
#include "server/pki/credential_check.h"

int credentials_check_ca(const struct config *config, int64_t *not_after_ms, struct err *err)
{
    return credential_check_ca(config->ca, clock_system_ms(), not_after_ms, err);
}

static struct credential_check_files files_of(const struct config *config)
{
    return (struct credential_check_files){
        .ca = config->ca, .certificate = config->certificate, .key = config->key};
}

int credentials_check_certificate(
    const struct config *config, struct certificate **out, struct err *err)
{
    struct credential_check_files files = files_of(config);

    return credential_check_server(&files, clock_system_ms(), out, err);
}

int credentials_check_certificate_by(struct device_auth *auth, const struct config *config,
    struct certificate **out, struct err *err)
{
    struct credential_check_files files = files_of(config);

    return device_auth_check_server(auth, &files, out, err);
}

int credentials_check_ca_fits(
    const struct config *config, struct certificate *certificate, struct err *err)
{
    int rc = credential_check_vouches(config->ca, certificate, clock_system_ms(), err);

    return rc < 0 ? err_context(err, "the certificate in use") : 0;
}

int credentials_judge_name(const char *name, void *ctx, struct err *err)
{
    return certificate_check_name(ctx, name, err);
}

int credentials_check_names(
    const struct config *config, const char *path, struct certificate *certificate, struct err *err)
{
    struct download_config_judge judge = {
        CONFIG_MEMBER_DOWNLOAD_SERVER, config->other_server, credentials_judge_name, certificate};
    int line;
    int rc = download_config_each_name(config->device_config, &judge, &line, err);

    // Enrolment may have a certificate of its own, or be another server's.
    if (rc == 0 && config->enrol_port != 0 && config->enrol_certificate[0] == '\0') {
        judge.member = CONFIG_MEMBER_ENROL_SERVER;
        rc = download_config_each_name(config->device_config, &judge, &line, err);
    }
    if (rc == 0)
        return 0;
    return err_context(err, "%s:%d: %s: certificate %s", path, line,
        config_member_table[judge.member].name, config->certificate);
}

int credentials_open(
    struct credentials *credentials, const struct config *config, const char *path, struct err *err)
{
    int rc = credentials_check_ca(config, &credentials->ca_not_after_ms, err);

    if (rc == 0)
        rc = credentials_check_certificate(config, &credentials->certificate, err);
    if (rc == 0)
        rc = credentials_check_names(config, path, credentials->certificate, err);
    return rc;
}

void credentials_clear(struct credentials *credentials)
{
    certificate_free(credentials->certificate);
    *credentials = (struct credentials){0};
}
