// The operator's API, on its socket.
#include "server/daemon/api_link.h"

#include <unistd.h>

#include "server/auth/operator_auth.h"
#include "server/daemon/handshake_signer.h"
#include "server/daemon/alert_link.h"
#include "server/daemon/server_settings.h"
#include "server/daemon/webhook_link.h"
#include "server/http/http_listen.h"
#include "server/http/http_server.h"

static void read_broker(struct api_broker *out, void *ctx)
{
    broker_state_read(((struct api_link *)ctx)->sources.broker, out);
}

static void read_certificates(struct api_certificates *out, void *ctx)
{
    certificate_watch_read(((struct api_link *)ctx)->watch, out);
}

static void read_disk(struct api_disk *out, void *ctx)
{
    disk_watch_read(((struct api_link *)ctx)->disk, out);
}

static void read_operator_key(char out[KEY_PIN_SIZE], void *ctx)
{
    operator_key_read(&((struct api_link *)ctx)->key, out);
}

static bool borrows_config(const char *mac, const char *place, void *ctx)
{
    return download_borrows_config(((struct api_link *)ctx)->sources.download, mac, place);
}

static void each_counter(
    void (*add)(const char *name, uint64_t value, void *add_ctx), void *add_ctx, void *ctx)
{
    counters_each(&((struct api_link *)ctx)->sources, add, add_ctx);
}

static int open_operators(struct api_link *link, const struct config *config, struct err *err)
{
    struct operator_rule_limits limits = {
        config->operator_idle_s * 1000, config->operator_session_s * 1000};
    int rc = operator_desk_open(&link->operators, link->api.store, &limits, err);

    if (rc == 0)
        link->sources.operators = link->api.operators = &link->operators;
    return rc;
}

// The same handlers, over the network.
static int start_https(struct api_link *link, const struct config *config, struct err *err)
{
    struct http_server_settings settings;

    if (config->operator_port == 0)
        return 0;
    server_settings_operator(config, &settings);
    settings.routes = api_routes();
    settings.refuse = api_refuse;
    settings.admit = api_admit;
    settings.ctx = &link->api;
    settings.signer = &handshake_signer;
    settings.verify = operator_auth_verify;
    settings.verify_ctx = link->api.auth;

    int rc = http_server_start(&settings, &link->sources.operator_server, err);

    link->key.path = settings.certificate_file;
    if (rc == 0)
        rc = operator_key_load(&link->key, err);
    return rc < 0 ? err_context(err, "[operator]") : 0;
}

int api_link_start(struct api_link *link, const struct config *config, struct err *err)
{
    struct http_server_settings settings;

    operator_key_init(&link->key);

    int rc = settings_link_start(
        &link->settings, config, link->sources.download, link->sources.store, err);

    if (rc < 0)
        return rc;
    server_settings_api(config, &settings);
    settings.routes = api_routes();
    settings.refuse = api_refuse;
    settings.ctx = &link->api;
    link->api.read_broker = read_broker;
    link->api.read_certificates = read_certificates;
    link->api.read_disk = read_disk;
    link->api.read_operator_key = read_operator_key;
    link->api.borrows_config = borrows_config;
    link->api.each_counter = each_counter;
    link->api.settings = &link->settings.desk;
    link->api.settings_watch = link->settings.watch;
    link->api.ctx = link;

    if (api_busy_new(&link->api.busy) < 0)
        return err_set(err, ERR_NO_MEMORY, "no memory for the API");
    rc = metrics_tally_open(link->api.store, &link->api.tally, err);
    if (rc == 0)
        rc = backup_new(&link->places, &link->api.backup, err);
    if (rc == 0)
        rc = rollout_drive_start(
            link->api.store, link->api.release, link->api.settings, &link->api.rollouts, err);
    if (rc == 0)
        rc = webhook_link_start(&link->api, config, err);
    link->sources.webhooks = link->api.webhooks;
    if (rc == 0)
        rc = open_operators(link, config, err);
    if (rc == 0)
        rc = alert_link_start(link, config, err);
    if (rc == 0)
        rc = http_server_start(&settings, &link->sources.api_server, err);
    return rc < 0 ? rc : start_https(link, config, err);
}

static int check_readable(const char *path, struct err *err)
{
    return path[0] == '\0' || access(path, R_OK) == 0
               ? 0
               : err_set(err, ERR_DENIED, "cannot read %.200s: %m", path);
}

int api_link_check(const struct config *config, bool try_port, struct err *err)
{
    int fd;
    int rc;

    if (config->operator_port == 0)
        return 0;
    rc = check_readable(config->operator_certificate, err);
    if (rc == 0)
        rc = check_readable(config->operator_key, err);
    if (rc < 0 || !try_port)
        return rc;
    rc = http_listen_tcp(config->operator_address, config->operator_port, &fd, err);
    if (rc == 0)
        close(fd);
    return rc;
}

int api_link_reload(
    struct api_link *link, const struct config *config, bool is_tls_good, struct err *err)
{
    bool has_own = config->operator_certificate[0] != '\0';

    if (link->sources.operator_server == NULL || (!has_own && !is_tls_good))
        return 0;

    int rc = http_server_reload(link->sources.operator_server, err);

    return rc < 0 ? rc : operator_key_load(&link->key, err);
}

void api_link_stop(struct api_link *link, int64_t grace_ms)
{
    http_server_free(link->sources.operator_server, grace_ms);
    http_server_free(link->sources.api_server, grace_ms);
    alert_link_stop(link);
    webhook_drive_free(link->api.webhooks);
    api_busy_free(link->api.busy);
    metrics_tally_close(link->api.tally);
    backup_free(link->api.backup);
    rollout_drive_free(link->api.rollouts);
    settings_link_clear(&link->settings);
    operator_desk_close(&link->operators);
    operator_key_clear(&link->key);
}
