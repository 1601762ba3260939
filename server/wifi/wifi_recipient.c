// Which certificate a device has now.
#include "server/wifi/wifi_recipient.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/base/clock.h"
#include "server/store/certificate_store.h"
#include "server/store/enrolment_store.h"

#define PATH_SIZE 4096

static int read_file(const char *folder, const char *mac, struct certificate **out, struct err *err)
{
    char path[PATH_SIZE];
    int n = snprintf(path, sizeof path, "%s/%s" CONTRACT_SUFFIX_CERT, folder, mac);

    if (n < 0 || (size_t)n >= sizeof path)
        return err_set(err, ERR_INVALID, "devices_dir is too long");
    return certificate_load(path, out, err);
}

static int read_enrolled(
    struct store_connection *connection, const char *mac, struct certificate **out, struct err *err)
{
    uint8_t *der = NULL;
    size_t n = 0;
    int rc = enrolment_store_get_certificate(connection, mac, &der, &n, err);

    if (rc == 0)
        rc = certificate_from_der(der, n, out, err);
    free(der);
    return rc;
}

// The newer of the two, and frees the other; either may be NULL.
static struct certificate *newer_of(struct certificate *a, struct certificate *b)
{
    bool is_a =
        a != NULL && (b == NULL || certificate_not_before_ms(a) >= certificate_not_before_ms(b));

    certificate_free(is_a ? b : a);
    return is_a ? a : b;
}

static int find_newest(const struct wifi_recipient_sources *sources,
    struct store_connection *connection, const char *mac, struct certificate **out, struct err *err)
{
    struct certificate *enrolled = NULL;
    struct certificate *filed = NULL;
    int rc = read_enrolled(connection, mac, &enrolled, err);

    if (rc == 0 || rc == ERR_NOT_FOUND)
        rc = read_file(sources->devices_dir, mac, &filed, err);
    if (rc < 0 && rc != ERR_NOT_FOUND) {
        certificate_free(enrolled);
        return rc;
    }
    *out = newer_of(enrolled, filed);
    if (*out == NULL)
        return err_set(err, ERR_NOT_FOUND,
            "the daemon does not have its certificate: it has not enrolled here, and devices_dir "
            "has no %s" CONTRACT_SUFFIX_CERT,
            mac);
    return 0;
}

// The device would be let in with it, and it is this device.
static int check_let_in(struct device_auth *auth, const struct certificate *certificate,
    const char *mac, struct err *err)
{
    char own[MAC_SIZE];
    uint8_t *der = NULL;
    size_t n = 0;
    int rc = certificate_to_der(certificate, &der, &n, err);

    if (rc == 0)
        rc = device_auth_look(auth, der, n, own, err);
    free(der);
    if (rc == 0 && strcmp(own, mac) != 0)
        rc = err_set(err, ERR_INVALID, "what the daemon has as its certificate is that of %s", own);
    return rc;
}

struct newer {
    int64_t than_ms;
    int64_t now_ms;
    char serial[SERIAL_SIZE]; // "" if there is none
};

// One that was signed on a device's request and never kept is none that it has; it may come from
// the issuer's files, or have been met, or lie in a folder.
static int look_for_newer(const struct certificate_record *record, void *ctx)
{
    struct newer *newer = ctx;

    if (record->not_before_ms <= newer->than_ms)
        return 1;
    if (record->origin == CERTIFICATE_NAMED || record->origin == CERTIFICATE_ENROLLED ||
        record->revoked_at_ms != 0 || record->not_after_ms < newer->now_ms)
        return 0;
    memcpy(newer->serial, record->serial, sizeof newer->serial);
    return 1;
}

static int check_newest(struct store_connection *connection, const struct certificate *certificate,
    const char *mac, struct err *err)
{
    struct newer newer = {certificate_not_before_ms(certificate), clock_system_ms(), ""};
    int rc = certificate_store_each_of(connection, mac, look_for_newer, &newer, err);

    if (rc < 0 || newer.serial[0] == '\0')
        return rc < 0 ? rc : 0;
    return err_set(err, ERR_CONFLICT,
        "it has a newer certificate, %s, which the daemon does not have: put it into devices_dir",
        newer.serial);
}

int wifi_recipient_find(const struct wifi_recipient_sources *sources,
    struct store_connection *connection, const char *mac, struct certificate **out, struct err *err)
{
    struct certificate *certificate = NULL;
    int rc = find_newest(sources, connection, mac, &certificate, err);

    if (rc == 0)
        rc = check_let_in(sources->auth, certificate, mac, err);
    if (rc == 0)
        rc = check_newest(connection, certificate, mac, err);
    if (rc < 0) {
        certificate_free(certificate);
        return rc;
    }
    *out = certificate;
    return 0;
}
