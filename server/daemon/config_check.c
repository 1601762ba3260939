// Settings that go together.
#include "server/daemon/config_check.h"

// What a port makes needful.
static int check_enrolment(const struct config *config, const char *name, struct err *err)
{
    if (config->enrol_port == 0)
        return 0;
    if (config->enrol_port == config->port)
        return err_set(err, ERR_INVALID,
            "%s: section [enrolment] has the port of [download], and needs one of its own", name);
    if (config->enrol_claim_ca[0] != '\0')
        return 0;
    return err_set(err, ERR_INVALID,
        "%s: section [enrolment] has a port, and needs claim_ca: the CA of the claim certificates",
        name);
}

static int check_operator(const struct config *config, const char *name, struct err *err)
{
    uint16_t port = config->operator_port;

    if (port != 0 && (port == config->port || port == config->enrol_port))
        return err_set(err, ERR_INVALID,
            "%s: section [operator] has the port of [%s], and needs one of its own", name,
            port == config->port ? "download" : "enrolment");
    if ((config->operator_certificate[0] == '\0') != (config->operator_key[0] == '\0'))
        return err_set(err, ERR_INVALID,
            "%s: section [operator] has a certificate or a key, and needs both or neither", name);
    return config->operator_idle_s <= config->operator_session_s
               ? 0
               : err_set(err, ERR_INVALID, "%s: section [operator]: idle_s is more than session_s",
                     name);
}

static int check_webhooks(const struct config *config, const char *name, struct err *err)
{
    return config->webhook_retry_min_s <= config->webhook_retry_max_s
               ? 0
               : err_set(err, ERR_INVALID,
                     "%s: section [webhooks]: retry_min_s is more than retry_max_s", name);
}

int config_check_run(const struct config *config, const char *name, struct err *err)
{
    int rc = check_enrolment(config, name, err);

    if (rc == 0)
        rc = check_operator(config, name, err);
    return rc < 0 ? rc : check_webhooks(config, name, err);
}
