// Configuration files, completed.
#include "server/setup/setup_config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/file.h"
#include "server/base/ini_text.h"
#include "server/base/program.h"
#include "server/base/text_file.h"

#define FILE_MAX (1 << 20)
#define FILE_MODE 0644
#define PLUGIN "secureesp_broker.so"

bool setup_config_loads_plugin(const char *text)
{
    static const char key[] = "plugin ";

    for (const char *line = text; *line != '\0';) {
        size_t n = strcspn(line, "\n");

        if (strncmp(line, key, sizeof key - 1) == 0 && memmem(line, n, PLUGIN, sizeof PLUGIN - 1))
            return true;
        line += n + (line[n] == '\n');
    }
    return false;
}

// What the daemon's configuration is to say.
static const struct setting {
    const char *section;
    const char *key;
    const char *value; // NULL: the name that devices are told
    const char *stale; // what the sample says, which leads nowhere from another machine; or NULL
} settings[] = {
    {"config.json", "downloadserver", NULL, "localhost"},
    {"config.json", "mqttserver", NULL, "localhost"},
    {"operator", "port", "9443", NULL},
};

#define SETTINGS (sizeof settings / sizeof settings[0])

static bool is_set(const char *text, const struct setting *setting, const char *value)
{
    char there[512];

    if (!ini_text_get(text, setting->section, setting->key, there, sizeof there))
        return false;
    return setting->stale == NULL || strcmp(there, setting->stale) != 0 ||
           strcmp(there, value) == 0;
}

char *setup_config_complete(const char *text, const char *told, char *changes, size_t size)
{
    char *now = strdup(text);
    size_t n = 0;

    *changes = '\0';
    for (size_t i = 0; i < SETTINGS && now != NULL; i++) {
        const char *value = settings[i].value != NULL ? settings[i].value : told;
        char *next;

        if (is_set(now, &settings[i], value))
            continue;
        next = ini_text_set(now, settings[i].section, settings[i].key, value);
        free(now);
        now = next;
        n += (size_t)snprintf(changes + n, n < size ? size - n : 0, "%s[%s] %s = %s",
            n > 0 ? ", " : "", settings[i].section, settings[i].key, value);
        n = n < size ? n : size - 1;
    }
    return now;
}

static int complete(const struct setup *setup, char **before, char **after,
    char changes[SETUP_TEXT_SIZE / 2], struct err *err)
{
    int rc = text_file_read(SETUP_CONFIG, FILE_MAX, before, err);

    if (rc == ERR_NOT_FOUND)
        return err_set(err, rc, SETUP_CONFIG " is missing: install secureespd again");
    if (rc < 0)
        return rc;
    *after = setup_config_complete(*before, setup->names.told, changes, SETUP_TEXT_SIZE / 2);
    if (*after != NULL)
        return 0;
    free(*before);
    return err_set(err, ERR_NO_MEMORY, "no memory for " SETUP_CONFIG);
}

int setup_config_look_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    char changes[SETUP_TEXT_SIZE / 2];
    char *before = NULL;
    char *after = NULL;
    int rc = complete(setup, &before, &after, changes, err);

    if (rc < 0)
        return rc;
    free(before);
    free(after);
    if (changes[0] == '\0')
        return setup_find(finding, SETUP_KEPT, SETUP_CONFIG);
    return setup_find(finding, SETUP_CHANGED, SETUP_CONFIG ": %s", changes);
}

int setup_config_change_daemon(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    char changes[SETUP_TEXT_SIZE / 2];
    char *before = NULL;
    char *after = NULL;
    int rc = complete(setup, &before, &after, changes, err);

    (void)finding;
    if (rc < 0)
        return rc;
    file_sweep(SETUP_CONFIG);
    rc = file_replace_keep(SETUP_CONFIG, (const uint8_t *)after, strlen(after), FILE_MODE, err);
    free(before);
    free(after);
    return rc;
}

// --- the broker's

// Where the programs' own files lie: beside the folder of this program.
static int read_sample(const char *name, char **out, struct err *err)
{
    char path[PATH_MAX + 64];
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
    char *end;

    path[n > 0 ? n : 0] = '\0';
    for (int i = 0; i < 2; i++) { // PREFIX/bin/secureesp
        end = strrchr(path, '/');
        if (end != NULL)
            *end = '\0';
    }
    snprintf(path + strlen(path), 64, "/share/secureesp/%s", name);
    return text_file_read(path, FILE_MAX, out, err);
}

static const struct broker_file {
    const char *sample;
    const char *path;
} broker_files[] = {
    {"mosquitto.nft", SETUP_BROKER "/secureesp.nft"},
    {"mosquitto.conf", SETUP_BROKER_CONFIG},
};

#define BROKER_FILES (sizeof broker_files / sizeof broker_files[0])

int setup_config_look_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    char *text = NULL;
    int rc;

    (void)setup;
    for (size_t i = 0; i < BROKER_FILES; i++) {
        if (access(broker_files[i].path, F_OK) < 0)
            return setup_find(finding, SETUP_CREATED, "%s", broker_files[i].path);
    }
    rc = text_file_read(SETUP_BROKER_CONFIG, FILE_MAX, &text, err);
    if (rc < 0)
        return rc;

    bool is_ours = setup_config_loads_plugin(text);

    free(text);
    if (is_ours)
        return setup_find(finding, SETUP_KEPT, SETUP_BROKER_CONFIG);
    return err_set(err, ERR_CONFLICT,
        SETUP_BROKER_CONFIG " loads no plugin of ours, and somebody wrote it: move it away, and "
                            "run this again");
}

int setup_config_make_broker(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    int rc = 0;

    (void)setup;
    (void)finding;
    for (size_t i = 0; i < BROKER_FILES && rc == 0; i++) {
        char *text;

        if (access(broker_files[i].path, F_OK) == 0)
            continue;
        file_sweep(broker_files[i].path); // of a call that was killed
        rc = read_sample(broker_files[i].sample, &text, err);
        if (rc < 0)
            return rc;
        rc =
            file_replace(broker_files[i].path, (const uint8_t *)text, strlen(text), FILE_MODE, err);
        free(text);
    }
    return rc;
}

int setup_config_look_checked(
    const struct setup *setup, struct setup_finding *finding, struct err *err)
{
    static const char path[] = SETUP_CONFIG;
    static const char *const argv[] = {"secureespd", "--check-config", "--config", path, NULL};
    struct program_result result;
    int rc;

    if (setup->is_dry && setup->pending > 0)
        return setup_find(finding, SETUP_SKIPPED, "secureespd --check-config, with all this done");
    rc = program_must(argv, &result, err);
    return rc < 0 ? rc
                  : setup_find(
                        finding, SETUP_KEPT, "secureespd --check-config: %s is good", SETUP_CONFIG);
}
