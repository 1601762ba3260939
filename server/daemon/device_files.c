// The certificates of devices, judged as the devices will.
#include "server/daemon/device_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "server/base/clock.h"
#include "server/daemon/credentials.h"
#include "server/pki/credential_check.h"

#define PATH_SIZE 4096
#define WARN_MS ((int64_t)CREDENTIALS_WARN_DAYS * 24 * 3600 * 1000)

struct device_files {
    const char *folder;
    DIR *dir;
    struct authority *authority;
    struct device_files_counts counts;
    void (*good)(const struct certificate_facts *facts, void *ctx); // or NULL
    void *good_ctx;
};

int device_files_open(const struct config *config, struct device_files **out, struct err *err)
{
    struct device_files *files = calloc(1, sizeof *files);
    int rc;

    if (files == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for devices' files");
    files->folder = config->devices_dir;
    files->dir = opendir(files->folder);
    if (files->dir == NULL && errno != ENOENT)
        rc = err_set(err, ERR_IO, "devices_dir: cannot open %s: %m", files->folder);
    else
        rc = authority_load(config->ca, &files->authority, err);
    if (rc < 0) {
        device_files_close(files);
        return rc;
    }
    *out = files;
    return 0;
}

void device_files_close(struct device_files *files)
{
    if (files == NULL)
        return;
    if (files->dir != NULL)
        closedir(files->dir);
    authority_free(files->authority);
    free(files);
}

// Whether a file is a device's certificate, and whose.
static bool read_mac(const char *name, char mac[MAC_SIZE])
{
    size_t n = MAC_SIZE - 1;

    if (strlen(name) != n + strlen(CONTRACT_SUFFIX_CERT) || !mac_is_valid(name, n) ||
        strcmp(name + n, CONTRACT_SUFFIX_CERT) != 0)
        return false;
    memcpy(mac, name, n);
    mac[n] = '\0';
    return true;
}

void device_files_on_good(struct device_files *files,
    void (*good)(const struct certificate_facts *facts, void *ctx), void *ctx)
{
    files->good = good;
    files->good_ctx = ctx;
}

static void tell(const struct device_files *files, const char *path)
{
    struct certificate *certificate;
    struct certificate_facts facts;

    if (files->good == NULL || certificate_load(path, &certificate, NULL) < 0)
        return;
    if (certificate_facts_of(certificate, &facts, NULL) == 0)
        files->good(&facts, files->good_ctx);
    certificate_free(certificate);
}

static void look(struct device_files *files, const char *mac)
{
    struct device_files_counts *counts = &files->counts;
    char certificate[PATH_SIZE];
    struct credential_check_files paths = {
        .authority = files->authority, .certificate = certificate};
    struct err err = {0};
    int64_t now_ms = clock_system_ms();
    int64_t end_ms = 0;

    snprintf(certificate, sizeof certificate, "%s/%s%s", files->folder, mac, CONTRACT_SUFFIX_CERT);
    counts->total++;

    int rc = credential_check_device(&paths, mac, now_ms, &end_ms, &err);

    if (rc == 0)
        tell(files, certificate);
    if (rc < 0 && counts->bad++ == 0)
        snprintf(counts->first_reason, sizeof counts->first_reason, "%s", err.message);
    if (end_ms != 0 && end_ms - now_ms < WARN_MS)
        counts->ending++;
    if (end_ms != 0 && (counts->first_ms == 0 || end_ms < counts->first_ms)) {
        counts->first_ms = end_ms;
        memcpy(counts->first_mac, mac, MAC_SIZE);
    }
}

bool device_files_look(struct device_files *files, int count, struct device_files_counts *counts)
{
    char mac[MAC_SIZE];

    for (int i = 0; i < count;) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): glibc's may be called for different folders
        const struct dirent *entry = files->dir != NULL ? readdir(files->dir) : NULL;

        if (entry == NULL) {
            *counts = files->counts;
            return false;
        }
        if (!read_mac(entry->d_name, mac))
            continue;
        look(files, mac);
        i++;
    }
    return true;
}
