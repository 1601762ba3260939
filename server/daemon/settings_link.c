// What settings need of the daemon.
#include "server/daemon/settings_link.h"

#include "server/pki/certificate.h"
#include "server/pki/certificate_check.h"

static int read_base(struct settings_base *out, void *ctx)
{
    return download_read_base(((struct settings_link *)ctx)->download, out);
}

// As credentials_check_names() has it. Without the file nothing is accepted.
static int judge_name(const char *certificate_path, const json_t *effective,
    enum config_member_index index, struct err *err)
{
    const char *member = config_member_table[index].name;
    const char *name = json_string_value(json_object_get(effective, member));
    struct certificate *certificate;
    int rc;

    if (name == NULL)
        return 0;
    rc = certificate_load(certificate_path, &certificate, err);
    if (rc < 0)
        return err_context(err, "%s cannot be judged", member);
    rc = certificate_check_name(certificate, name, err);
    certificate_free(certificate);
    return rc < 0 ? err_context(err, "%s: certificate %s", member, certificate_path) : 0;
}

// Those paths do not change while the daemon runs.
static int judge_names(
    const json_t *effective, const struct settings_base *base, void *ctx, struct err *err)
{
    const struct config *config = ((struct settings_link *)ctx)->config;
    int rc = 0;

    if (settings_judge_is_elsewhere(effective, base->other_server))
        return 0;
    rc = judge_name(config->certificate, effective, CONFIG_MEMBER_DOWNLOAD_SERVER, err);
    // Enrolment may have a certificate of its own, or be another server's.
    if (rc == 0 && config->enrol_port != 0 && config->enrol_certificate[0] == '\0')
        rc = judge_name(config->certificate, effective, CONFIG_MEMBER_ENROL_SERVER, err);
    return rc;
}

static bool bears_name(const char *name, void *ctx)
{
    const struct config *config = ((struct settings_link *)ctx)->config;
    struct certificate *certificate;
    bool bears;

    if (certificate_load(config->certificate, &certificate, NULL) < 0)
        return false;
    bears = certificate_check_name(certificate, name, NULL) == 0;
    certificate_free(certificate);
    return bears;
}

int settings_link_start(struct settings_link *link, const struct config *config,
    struct download *download, struct store *store, struct err *err)
{
    link->config = config;
    link->download = download;
    link->desk = (struct settings_desk){store, read_base, judge_names, link, bears_name};
    return settings_watch_open(&link->desk, &link->watch, err);
}

void settings_link_clear(struct settings_link *link)
{
    settings_watch_close(link->watch);
    link->watch = NULL;
}
