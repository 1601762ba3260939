// Looks at the broker's configuration where it lies beside ours.
#include "server/daemon/broker_check.h"

#include <libgen.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/file.h"
#include "server/daemon/state_folder.h"

#define PATH_SIZE 4096
#define BESIDE "/../mosquitto/conf.d/secureesp.conf"
#define LIST "/" STATE_FOLDER_BROKER "/revoked" // in state_dir
#define PLUGIN "secureesp_broker.so"
#define FILE_MAX 65536

// A line's value, of the n bytes at `at`; `at` is NULL if there is none.
struct value {
    const char *at;
    size_t n;
};

// The value of the next line with that key, from a place in the text; its end is one to go on from.
static struct value find_next(const char *text, const char *key)
{
    struct value found = {NULL, 0};
    size_t length = strlen(key);

    for (const char *line = text; line != NULL && found.at == NULL; line = strchr(line, '\n')) {
        line += strspn(line, " \r\n");
        if (strncmp(line, key, length) != 0 || strchr(" \r\n", line[length]) == NULL)
            continue;
        found.at = line + length + strspn(line + length, " ");
        found.n = strcspn(found.at, "\r\n");
        while (found.n > 0 && found.at[found.n - 1] == ' ')
            found.n--;
    }
    return found;
}

// That of the last line with the key.
static const char *find(const char *text, const char *key, size_t *n)
{
    struct value last = {NULL, 0};

    for (struct value next = find_next(text, key); next.at != NULL;
         next = find_next(next.at + next.n, key))
        last = next;
    *n = last.n;
    return last.at;
}

// Whether a path ends in the name of ours.
static bool is_ours(const struct value *path)
{
    size_t n = sizeof PLUGIN - 1;

    return path->n >= n && strncmp(path->at + path->n - n, PLUGIN, n) == 0 &&
           (path->n == n || path->at[path->n - n - 1] == '/');
}

static bool loads_ours(const char *text)
{
    struct value path = find_next(text, "plugin");

    while (path.at != NULL && !is_ours(&path))
        path = find_next(path.at + path.n, "plugin");
    return path.at != NULL;
}

bool broker_check_text(const char *text, const char *path, const struct config *config,
    char out[BROKER_CHECK_TEXT_SIZE])
{
    char list[PATH_SIZE];
    const struct {
        const char *key;
        const char *wanted;
        const char *why;
    } options[] = {
        {"plugin_opt_revocations", list, "this daemon writes the list of revoked clients to"},
        {"plugin_opt_daemon", config->mqtt_client_id, "client_id in [mqtt] is"},
    };
    const char *value;
    size_t n;

    snprintf(list, sizeof list, "%s" LIST, config->state_dir);
    if (!loads_ours(text)) {
        snprintf(out, BROKER_CHECK_TEXT_SIZE,
            "%s loads no plugin of ours (" PLUGIN
            "): the broker lets in revoked clients, and limits nobody; use the lines of %s.new, "
            "which make install left, without acl_file, and restart the broker",
            path, path);
        return true;
    }
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        value = find(text, options[i].key, &n);
        if (value == NULL ||
            (n == strlen(options[i].wanted) && strncmp(value, options[i].wanted, n) == 0))
            continue;
        snprintf(out, BROKER_CHECK_TEXT_SIZE,
            "%s: %s is %.*s, and %s %s: make them the same, and restart the broker", path,
            options[i].key, (int)n, value, options[i].why, options[i].wanted);
        return true;
    }
    return false;
}

bool broker_check_run(
    const char *config_path, const struct config *config, char out[BROKER_CHECK_TEXT_SIZE])
{
    char copy[PATH_SIZE];
    char path[PATH_SIZE + sizeof BESIDE];
    uint8_t *text;
    size_t n;
    struct err err = {0};

    if ((size_t)snprintf(copy, sizeof copy, "%s", config_path) >= sizeof copy)
        return false;
    snprintf(path, sizeof path, "%s" BESIDE, dirname(copy));
    if (file_read(path, FILE_MAX, &text, &n, &err) < 0)
        return false;

    bool is_wrong = broker_check_text((const char *)text, path, config, out);

    free(text);
    return is_wrong;
}
