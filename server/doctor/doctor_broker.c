// The broker's configuration.
#include "server/doctor/doctor_broker.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/file.h"
#include "server/doctor/doctor.h"

#define FILE_MAX (1 << 20)
#define PLUGIN "secureesp_broker.so"
#define VALUE_SIZE 512
#define CHECK "broker"

static void add_listener(struct doctor_broker *out, const char *value)
{
    size_t n = strlen(out->listeners);

    snprintf(out->listeners + n, sizeof out->listeners - n, "%s%s",
        out->listener_count > 0 ? ", " : "", value);
    out->listener_count++;
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text);
    size_t size = strlen(end);

    return n >= size && strcmp(text + n - size, end) == 0;
}

static void take(const char *key, const char *value, struct doctor_broker *out)
{
    const struct {
        const char *key;
        char *out;
    } texts[] = {{"cafile", out->ca}, {"certfile", out->certificate}, {"keyfile", out->key},
        {"persistence_location", out->data}, {"pid_file", out->pid_file},
        {"include_dir", out->include_dir}};
    const struct {
        const char *key;
        bool *out;
    } flags[] = {{"require_certificate", &out->requires_certificate},
        {"allow_anonymous", &out->allows_anonymous},
        {"per_listener_settings", &out->is_per_listener}};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(key, texts[i].key) == 0)
            snprintf(texts[i].out, DOCTOR_BROKER_PATH_SIZE, "%s", value);
    }
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (strcmp(key, flags[i].key) == 0)
            *flags[i].out = strcmp(value, "true") == 0;
    }
    if (strcmp(key, "listener") == 0 || strcmp(key, "port") == 0)
        add_listener(out, value);
    else if (strcmp(key, "plugin") == 0 || strcmp(key, "auth_plugin") == 0)
        out->loads_plugin |= ends_with(value, PLUGIN);
    else if (strcmp(key, "max_connections") == 0)
        out->max_connections = strtoll(value, NULL, 10);
}

// "KEY VALUE", n bytes.
static void take_line(const char *line, size_t n, struct doctor_broker *out)
{
    char key[64];
    char value[VALUE_SIZE];
    size_t length = strcspn(line, " \t\r\n");

    if (line[0] == '#' || length == 0 || length >= sizeof key || length >= n)
        return;
    memcpy(key, line, length);
    key[length] = '\0';
    while (length < n && (line[length] == ' ' || line[length] == '\t'))
        length++;
    while (n > length && strchr(" \t\r", line[n - 1]) != NULL)
        n--;
    if (n - length >= sizeof value)
        return;
    memcpy(value, line + length, n - length);
    value[n - length] = '\0';
    take(key, value, out);
}

void doctor_broker_read(const char *text, struct doctor_broker *out)
{
    for (const char *line = text; *line != '\0';) {
        size_t n = strcspn(line, "\n");

        take_line(line, n, out);
        line += n + (line[n] == '\n');
    }
}

static int read_file(const char *path, struct doctor_broker *out, struct err *err)
{
    uint8_t *text;
    size_t n;
    int rc = file_read(path, FILE_MAX, &text, &n, err);

    if (rc < 0)
        return rc;
    doctor_broker_read((const char *)text, out);
    free(text);
    return 0;
}

static int is_configuration(const struct dirent *entry)
{
    return ends_with(entry->d_name, ".conf");
}

static int read_folder(struct doctor_broker *out, struct err *err)
{
    char folder[DOCTOR_BROKER_PATH_SIZE];
    struct dirent **entries;
    int rc = 0;

    memcpy(folder, out->include_dir, sizeof folder); // a file of it might name another
    int n = scandir(folder, &entries, is_configuration, alphasort);

    if (n < 0)
        return err_set(err, ERR_IO, "cannot read %s: %m", folder);
    for (int i = 0; i < n; i++) {
        char path[PATH_MAX];

        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (rc == 0)
            rc = read_file(path, out, err);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

int doctor_broker_load(const char *path, struct doctor_broker *out, struct err *err)
{
    int rc;

    *out = (struct doctor_broker){.max_connections = -1};
    snprintf(out->path, sizeof out->path, "%s", path);
    rc = read_file(path, out, err);
    if (rc == 0 && out->include_dir[0] != '\0')
        rc = read_folder(out, err);
    out->is_known = rc == 0;
    return rc;
}

#define USE_OURS "use the lines of our conf.d/secureesp.conf, and systemctl restart mosquitto"

void doctor_broker_check(struct doctor *doctor)
{
    const struct doctor_broker *broker = &doctor->broker;

    if (!broker->is_known) {
        doctor_say(doctor, DOCTOR_WARN, CHECK, "if it is another machine's, look there",
            "its configuration %s cannot be read", broker->path);
        return;
    }
    if (!broker->loads_plugin)
        doctor_say(doctor, DOCTOR_FAIL, CHECK, USE_OURS,
            "its configuration loads no " PLUGIN ": it lets in revoked clients, and limits nobody");
    else if (broker->is_per_listener)
        doctor_say(doctor, DOCTOR_FAIL, CHECK, USE_OURS,
            "per_listener_settings is true: the plugin is not asked about every client");
    else if (broker->listener_count != 1)
        doctor_say(doctor, DOCTOR_FAIL, CHECK, "leave only the listener of conf.d/secureesp.conf",
            "it has %zu listeners (%s): one that asks for no certificate is a way in",
            broker->listener_count, broker->listeners);
    else if (!broker->requires_certificate || broker->allows_anonymous)
        doctor_say(doctor, DOCTOR_FAIL, CHECK, USE_OURS, "%s",
            broker->requires_certificate ? "allow_anonymous is true"
                                         : "require_certificate is not true");
    else
        doctor_say(doctor, DOCTOR_OK, CHECK, NULL,
            "its configuration loads the plugin, and has one listener (%s)", broker->listeners);
}
