// Judges a device's files by the device's own code.
#include "firmware/tool/device_files/check.h"

#include <string.h>

#include "firmware/core/identity.h"
#include "firmware/core/settings.h"
#include "firmware/core/staging.h"

static int read_file(const struct file_store_flash *flash, const char *mac, enum staging_file file,
    uint8_t p[STAGING_FILE_MAX + 1], struct failure *failure)
{
    char name[STAGING_NAME_SIZE];
    int n;

    staging_name(file, mac, false, name);
    n = file_store_read(flash, name, p, STAGING_FILE_MAX);
    if (n == PORT_ABSENT)
        return failure_set(failure, RESULT_FILE_INVALID, "%s: is missing", name);
    if (n < 0 || n > STAGING_FILE_MAX)
        return failure_set(failure, RESULT_FILE_INVALID, "%s: cannot be read", name);
    p[n] = '\0';
    return n;
}

static int check_identity(const struct file_store_flash *flash, const char *mac,
    struct identity *identity, uint8_t p[STAGING_FILE_MAX + 1], struct failure *failure)
{
    int n = read_file(flash, mac, STAGING_CA, p, failure);

    if (n >= 0)
        n = identity_read_ca(identity, p, (size_t)n, failure);
    if (n >= 0)
        n = read_file(flash, mac, STAGING_CERT, p, failure);
    if (n >= 0)
        n = identity_read_cert(identity, p, (size_t)n, mac, failure);
    if (n >= 0)
        n = read_file(flash, mac, STAGING_KEY, p, failure);
    if (n >= 0)
        n = identity_read_key(identity, p, (size_t)n, failure);
    if (n >= 0)
        n = identity_check_key(identity, failure);
    if (n >= 0)
        n = identity_check_chain(identity, true, failure);
    return n;
}

int check_device_files(
    const struct file_store_flash *flash, const char *mac, struct failure *failure)
{
    uint8_t p[STAGING_FILE_MAX + 1];
    struct settings settings;
    struct identity identity;
    int n = read_file(flash, mac, STAGING_CONFIG, p, failure);

    if (n >= 0)
        n = settings_parse((char *)p, (size_t)n, &settings, failure);
    if (n < 0)
        return n;
    identity_init(&identity);
    n = check_identity(flash, mac, &identity, p, failure);
    identity_clear(&identity);
    explicit_bzero(p, sizeof p);
    return n;
}
