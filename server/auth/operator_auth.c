// From a client's certificate to a user.
#include "server/auth/operator_auth.h"

#include <stdio.h>
#include <string.h>

int operator_auth_identify(struct device_auth *auth, const uint8_t *der, size_t n,
    struct operator_auth_bearer *out, struct err *err)
{
    struct certificate_facts facts;
    char mac[MAC_SIZE];
    int rc = device_auth_judge_client(auth, der, n, &facts, err);

    if (rc < 0)
        return rc;
    if (strcmp(facts.unit, OPERATOR_AUTH_UNIT) != 0 || facts.is_server ||
        mac_parse(facts.common_name, mac))
        return err_set(err, ERR_DENIED, "certificate of '%s' is no operator's", facts.common_name);
    snprintf(out->name, sizeof out->name, "%s", facts.common_name);
    snprintf(out->serial, sizeof out->serial, "%s", facts.serial);
    return 0;
}

int operator_auth_verify(const uint8_t *der, size_t n, void *ctx, struct err *err)
{
    struct operator_auth_bearer bearer;

    return operator_auth_identify(ctx, der, n, &bearer, err);
}
