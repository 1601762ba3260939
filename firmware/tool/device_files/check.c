// Judges a device's files by the device's own code.
#include "firmware/tool/device_files/check.h"

#include <string.h>

#include "firmware/core/identity.h"
#include "firmware/core/settings.h"
#include "firmware/core/staging.h"
#include "firmware/enrol/claim.h"

static int read_file(const struct file_store_flash *flash, const char *name,
    uint8_t p[STAGING_FILE_MAX + 1], struct failure *failure)
{
    int n = file_store_read(flash, name, p, STAGING_FILE_MAX);

    if (n == PORT_ABSENT)
        return failure_set(failure, RESULT_FILE_INVALID, "%s: is missing", name);
    if (n < 0 || n > STAGING_FILE_MAX)
        return failure_set(failure, RESULT_FILE_INVALID, "%s: cannot be read", name);
    p[n] = '\0';
    return n;
}

static bool has_file(const struct file_store_flash *flash, const char *name)
{
    uint8_t byte;

    return file_store_read(flash, name, &byte, 0) != PORT_ABSENT;
}

// A device that has no certificate needs another to claim one with, and a server to ask.
struct credentials {
    bool claims;
    char cert[STAGING_NAME_SIZE];
    char key[STAGING_NAME_SIZE];
};

static void find_credentials(
    const struct file_store_flash *flash, const char *mac, struct credentials *out)
{
    *out = (struct credentials){.cert = CLAIM_CERT, .key = CLAIM_KEY};
    out->claims = has_file(flash, CLAIM_CERT);
    if (out->claims) {
        char own[STAGING_NAME_SIZE];

        staging_name(STAGING_CERT, mac, false, own);
        out->claims = !has_file(flash, own);
    }
    if (out->claims)
        return;
    staging_name(STAGING_CERT, mac, false, out->cert);
    staging_name(STAGING_KEY, mac, false, out->key);
}

static int check_settings(const struct file_store_flash *flash, bool claims,
    uint8_t p[STAGING_FILE_MAX + 1], struct failure *failure)
{
    struct settings settings;
    int n = read_file(flash, CONTRACT_FILE_CONFIG, p, failure);

    if (n >= 0)
        n = settings_parse((char *)p, (size_t)n, &settings, failure);
    if (n < 0 || !claims || settings.enrol_server[0] != '\0')
        return n;
    return failure_set(failure, RESULT_FILE_INVALID, "%s: %s: missing", CONTRACT_FILE_CONFIG,
        CONTRACT_CONFIG_ENROL_SERVER);
}

struct check {
    const struct file_store_flash *flash;
    const char *mac;
    struct credentials credentials;
    struct identity identity;
    uint8_t p[STAGING_FILE_MAX + 1];
};

static int check_identity(struct check *check, struct failure *failure)
{
    const struct credentials *own = &check->credentials;
    struct identity *identity = &check->identity;
    uint8_t *p = check->p;
    int n = read_file(check->flash, CONTRACT_FILE_CA, p, failure);

    if (n >= 0)
        n = identity_read_ca(identity, p, (size_t)n, failure);
    if (n >= 0)
        n = read_file(check->flash, own->cert, p, failure);
    if (n >= 0)
        n = own->claims ? claim_read_cert(identity, p, (size_t)n, failure)
                        : identity_read_cert(identity, p, (size_t)n, check->mac, failure);
    if (n >= 0)
        n = read_file(check->flash, own->key, p, failure);
    if (n >= 0)
        n = identity_read_key(identity, p, (size_t)n, failure);
    if (n >= 0)
        n = identity_check_key(identity, failure);
    if (n >= 0 && !own->claims)
        n = identity_check_chain(identity, true, failure);
    return n;
}

int check_device_files(
    const struct file_store_flash *flash, const char *mac, struct failure *failure)
{
    struct check check = {.flash = flash, .mac = mac};
    int n;

    find_credentials(flash, mac, &check.credentials);
    n = check_settings(flash, check.credentials.claims, check.p, failure);
    if (n < 0)
        return n;
    identity_init(&check.identity);
    n = check_identity(&check, failure);
    identity_clear(&check.identity);
    explicit_bzero(check.p, sizeof check.p);
    return n;
}
