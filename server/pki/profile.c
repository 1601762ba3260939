// Certificate profiles, compiled in from certs/*.cnf.
#include "server/pki/profile.h"

#include <stddef.h>

#include <openssl/bio.h>
#include <openssl/conf.h>
#include <openssl/x509v3.h>

#include "server/pki/openssl_error.h"

// profiles.S
extern const char profile_ca_text[];
extern const char profile_root_text[];
extern const char profile_intermediate_text[];
extern const char profile_server_text[];
extern const char profile_device_text[];
extern const char profile_client_text[];

static const struct {
    const char *name;
    const char *text;
    int default_days;
} profiles[] = {
    [PROFILE_CA] = {"ca.cnf", profile_ca_text, 7300},
    [PROFILE_ROOT] = {"root.cnf", profile_root_text, 7300},
    [PROFILE_INTERMEDIATE] = {"intermediate.cnf", profile_intermediate_text, 3650},
    [PROFILE_SERVER] = {"server.cnf", profile_server_text, 825},
    [PROFILE_DEVICE] = {"device.cnf", profile_device_text, 1825},
    [PROFILE_CLIENT] = {"client.cnf", profile_client_text, 825},
};

int profile_default_days(enum profile profile)
{
    return profiles[profile].default_days;
}

int profile_apply(enum profile profile, X509 *x509, X509 *issuer, struct err *err)
{
    X509V3_CTX ctx;
    CONF *conf = NCONF_new(NULL);
    BIO *bio = BIO_new_mem_buf(profiles[profile].text, -1);
    int done = 0;

    if (conf != NULL && bio != NULL && NCONF_load_bio(conf, bio, NULL) > 0) {
        X509V3_set_ctx(&ctx, issuer, x509, NULL, NULL, 0);
        X509V3_set_nconf(&ctx, conf);
        done = X509V3_EXT_add_nconf(conf, &ctx, "extensions", x509);
    }
    BIO_free(bio);
    NCONF_free(conf);
    if (!done)
        return openssl_error_set(
            err, ERR_IO, "cannot apply certificate profile %s", profiles[profile].name);
    return 0;
}
