// New files that wait for their trial.
#include "firmware/core/staging.h"

#include <stdio.h>

#include "common/contract.h"
#include "common/wifi_networks.h"
#include "firmware/core/files.h"

void staging_name(enum staging_file file, const char *mac, bool staged, char out[STAGING_NAME_SIZE])
{
    static const char *const names[STAGING_FILES] = {
        [STAGING_CONFIG] = CONTRACT_FILE_CONFIG,
        [STAGING_CA] = CONTRACT_FILE_CA,
        [STAGING_CERT] = CONTRACT_SUFFIX_CERT,
        [STAGING_KEY] = CONTRACT_SUFFIX_KEY,
        [STAGING_WIFI] = WIFI_NETWORKS_FILE,
    };
    bool own = file == STAGING_CERT || file == STAGING_KEY;

    snprintf(out, STAGING_NAME_SIZE, "%s%s%s", own ? mac : "", names[file], staged ? ".new" : "");
}

int staging_read(
    struct port *port, const char *mac, enum staging_file file, unsigned mask, uint8_t *p)
{
    char name[STAGING_NAME_SIZE];
    int n;

    staging_name(file, mac, (mask & STAGING_BIT(file)) != 0, name);
    n = files_read(port, name, p, STAGING_FILE_MAX);
    if (n > STAGING_FILE_MAX)
        return PORT_FAILED;
    if (n >= 0)
        p[n] = '\0';
    return n;
}

unsigned staging_find(struct port *port, const char *mac, uint8_t *p)
{
    unsigned mask = 0;

    for (unsigned file = 0; file < STAGING_FILES; file++) {
        if (staging_read(port, mac, (enum staging_file)file, STAGING_BIT(file), p) >= 0)
            mask |= STAGING_BIT(file);
    }
    return mask;
}

static int commit_file(struct port *port, const char *mac, enum staging_file file, uint8_t *p)
{
    char name[STAGING_NAME_SIZE];
    int n = staging_read(port, mac, file, STAGING_BIT(file), p);

    if (n == PORT_ABSENT) // done before a power cut
        return 0;
    staging_name(file, mac, false, name);
    if (n < 0 || files_write(port, name, p, (size_t)n) != 0)
        return PORT_FAILED;
    return staging_discard(port, mac, STAGING_BIT(file));
}

int staging_commit(struct port *port, const char *mac, unsigned mask, uint8_t *p)
{
    for (unsigned file = 0; file < STAGING_FILES; file++) {
        if ((mask & STAGING_BIT(file)) == 0)
            continue;
        if (commit_file(port, mac, (enum staging_file)file, p) != 0)
            return PORT_FAILED;
    }
    return 0;
}

int staging_discard(struct port *port, const char *mac, unsigned mask)
{
    char name[STAGING_NAME_SIZE];

    for (unsigned file = 0; file < STAGING_FILES; file++) {
        if ((mask & STAGING_BIT(file)) == 0)
            continue;
        staging_name((enum staging_file)file, mac, true, name);
        if (files_remove(port, name) != 0)
            return PORT_FAILED;
    }
    return 0;
}
