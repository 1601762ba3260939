// The daemon's configuration, as far as the checks need it.
#include "server/doctor/doctor_config.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/base/file.h"
#include "server/base/ini_text.h"

#define FILE_MAX (1 << 20)
#define TEXTS 10

static int64_t read_number(const char *text, const char *section, const char *key, int64_t none)
{
    char value[32];
    char *end;
    long long number;

    if (!ini_text_get(text, section, key, value, sizeof value))
        return none;
    number = strtoll(value, &end, 10);
    return *end == '\0' && end != value ? number : none;
}

void doctor_config_read(const char *text, struct doctor_config *out)
{
    const struct {
        const char *section, *key, *otherwise;
        char *out;
        size_t size;
    } texts[TEXTS] = {
        {"daemon", "state_dir", "/var/lib/secureesp", out->state_dir, sizeof out->state_dir},
        {"tls", "ca", "/etc/secureesp/pki/ca.crt", out->ca, sizeof out->ca},
        {"tls", "certificate", "/etc/secureesp/pki/servers/secureespd.crt", out->certificate,
            sizeof out->certificate},
        {"tls", "key", "/etc/secureesp/pki/servers/secureespd.key", out->key, sizeof out->key},
        {"mqtt", "host", "localhost", out->mqtt_host, sizeof out->mqtt_host},
        {"mqtt", "client_id", "secureespd", out->client_id, sizeof out->client_id},
        {"alerts", "mail_to", "", out->mail_to, sizeof out->mail_to},
        {"alerts", "sendmail", "/usr/sbin/sendmail", out->sendmail, sizeof out->sendmail},
        {"config.json", "downloadserver", "", out->download_server, sizeof out->download_server},
        {"config.json", "mqttserver", "", out->mqtt_server, sizeof out->mqtt_server},
    };

    for (size_t i = 0; i < TEXTS; i++) {
        snprintf(texts[i].out, texts[i].size, "%s", texts[i].otherwise);
        ini_text_get(text, texts[i].section, texts[i].key, texts[i].out, texts[i].size);
    }
    out->port = read_number(text, "download", "port", 8443);
    out->max_connections = read_number(text, "download", "max_connections", 1000);
    out->download_port = read_number(text, "config.json", "downloadport", out->port);
    out->mqtt_port =
        read_number(text, "config.json", "mqttport", read_number(text, "mqtt", "port", 8883));
}

int doctor_config_load(const char *path, struct doctor_config *out, struct err *err)
{
    uint8_t *text;
    size_t n;
    int rc = file_read(path, FILE_MAX, &text, &n, err);

    if (rc < 0)
        return rc;
    snprintf(out->path, sizeof out->path, "%s", path);
    doctor_config_read((const char *)text, out);
    free(text);
    return 0;
}
