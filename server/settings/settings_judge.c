// Decisions on a config.json as a whole.
#include "server/settings/settings_judge.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/contract.h"

static json_t *get(const json_t *effective, enum config_member_index index)
{
    return json_object_get(effective, config_member_table[index].name);
}

bool settings_judge_is_elsewhere(const json_t *effective, const char *other_server)
{
    const char *name = json_string_value(get(effective, CONFIG_MEMBER_DOWNLOAD_SERVER));

    return name != NULL && strcasecmp(name, other_server) == 0;
}

enum config_member_index settings_judge_missing(const json_t *effective)
{
    int i = 0;

    while (i < CONFIG_MEMBER_COUNT &&
           (!config_member_table[i].needed || get(effective, (enum config_member_index)i) != NULL))
        i++;
    return (enum config_member_index)i;
}

static bool path_is_same(const char *a, const char *b)
{
    size_t n = config_member_trim_path(&a);
    size_t m = config_member_trim_path(&b);

    return n == m && memcmp(a, b, n) == 0;
}

static int judge_server(const json_t *effective, const struct settings_judge_server *server,
    enum config_member_index *wrong, struct err *err)
{
    const char *path = json_string_value(get(effective, CONFIG_MEMBER_DOWNLOAD_PATH));
    const char *port_text = json_string_value(get(effective, CONFIG_MEMBER_DOWNLOAD_PORT));
    long port = port_text != NULL ? strtol(port_text, NULL, 10) : 0;

    if (settings_judge_is_elsewhere(effective, server->other_server))
        return 0;
    *wrong = CONFIG_MEMBER_DOWNLOAD_PATH;
    if (path == NULL || !path_is_same(path, server->path))
        return err_set(err, ERR_INVALID,
            "downloadpath: this server answers at '%s' ([download] path), not at '%s'",
            server->path, path != NULL ? path : "");
    *wrong = CONFIG_MEMBER_DOWNLOAD_PORT;
    if (port != server->port && port != server->public_port)
        return err_set(err, ERR_INVALID,
            "downloadport: this server listens on port %u ([download] port), not on %ld; if "
            "devices reach it there all the same, set [download] public_port = %ld",
            server->port, port, port);
    return 0;
}

static int judge_interval(const json_t *effective, const struct settings_judge_server *server,
    enum config_member_index *wrong, struct err *err)
{
    const struct config_member *member = &config_member_table[CONFIG_MEMBER_STATUS_INTERVAL];
    const json_t *value = get(effective, CONFIG_MEMBER_STATUS_INTERVAL);
    int64_t interval_ms = value != NULL ? json_integer_value(value) : member->fallback;

    *wrong = CONFIG_MEMBER_STATUS_INTERVAL;
    if (interval_ms > server->offline_after_ms)
        return err_set(err, ERR_INVALID,
            "statusinterval: devices that report each %lld ms would count as offline, which they "
            "do after %lld s of silence ([daemon] offline_after_s)",
            (long long)interval_ms, (long long)(server->offline_after_ms / 1000));
    return 0;
}

static int judge_size(const json_t *effective, enum config_member_index *wrong, struct err *err)
{
    size_t n = json_dumpb(effective, NULL, 0, JSON_INDENT(2));

    *wrong = CONFIG_MEMBER_COUNT;
    if (n > CONTRACT_FILE_MAX)
        return err_set(err, ERR_INVALID,
            "config.json would have %zu bytes; devices take %d at most", n, CONTRACT_FILE_MAX);
    return 0;
}

int settings_judge_way(const json_t *effective, const struct settings_judge_server *server,
    enum config_member_index *wrong, struct err *err)
{
    int rc = judge_server(effective, server, wrong, err);

    if (rc == 0)
        rc = judge_interval(effective, server, wrong, err);
    return rc < 0 ? rc : judge_size(effective, wrong, err);
}

int settings_judge_whole(
    const json_t *effective, const struct settings_judge_server *server, struct err *err)
{
    enum config_member_index missing = settings_judge_missing(effective);
    enum config_member_index wrong = CONFIG_MEMBER_COUNT;

    if (missing != CONFIG_MEMBER_COUNT)
        return err_set(err, ERR_INVALID, "%s: it would be missing, and devices need it",
            config_member_table[missing].name);
    return settings_judge_way(effective, server, &wrong, err);
}
