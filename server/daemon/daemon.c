// Joins the modules: the only place that knows them all.
#include "server/daemon/daemon.h"

#include <stdlib.h>
#include <string.h>

#include "server/auth/device_auth.h"
#include "server/base/clock.h"
#include "server/command/command_dispatch.h"
#include "server/daemon/address_check.h"
#include "server/daemon/answer_relay.h"
#include "server/daemon/api_link.h"
#include "server/daemon/broker_link.h"
#include "server/daemon/broker_state.h"
#include "server/daemon/certificate_watch.h"
#include "server/daemon/clock_watch.h"
#include "server/daemon/command_times.h"
#include "server/daemon/costs.h"
#include "server/daemon/credentials.h"
#include "server/daemon/daemon_state.h"
#include "server/daemon/disk_watch.h"
#include "server/daemon/enrol_link.h"
#include "server/daemon/file_limit.h"
#include "server/daemon/handshake_signer.h"
#include "server/daemon/housekeeping.h"
#include "server/daemon/reload.h"
#include "server/daemon/retained_sweep.h"
#include "server/daemon/revocation_link.h"
#include "server/daemon/server_settings.h"
#include "server/download/download.h"
#include "server/http/http_server.h"
#include "server/ingest/ingest.h"
#include "server/mqtt/mqtt_client.h"
#include "server/release/release.h"
#include "server/release/release_flash.h"
#include "server/rotation/rotation_watch.h"
#include "server/store/store.h"

#define GRACE_MS 20000 // for answers in hand when the daemon stops

struct daemon {
    char *config_path;
    struct config config;
    struct credentials credentials;
    struct certificate_watch *watch;
    struct daemon_state state;
    struct device_auth *auth;
    struct rotation_watch *rotation;
    struct revocation_link revocation;
    struct ingest *ingest;
    struct command_dispatch *dispatch;
    struct download *download;
    struct http_server *download_server;
    struct enrol_link enrolment;
    struct api_link api;
    struct mqtt_client *mqtt;
    struct broker_state broker;
    struct disk_watch disk;
    struct broker_link link;
    struct retained_sweep sweep;
    struct tally reloads_kept, clock_steps;
};

// From the modules to each other.

static int publish(const char *topic, const uint8_t *payload, size_t n, void *ctx)
{
    return mqtt_client_publish(((struct daemon *)ctx)->mqtt, topic, payload, n);
}

static int clear_retained(const char *topic, void *ctx)
{
    return mqtt_client_retain(((struct daemon *)ctx)->mqtt, topic, NULL, 0);
}

static int64_t connected_since_ms(void *ctx)
{
    return broker_state_connected_since_ms(&((struct daemon *)ctx)->broker);
}

static void note_answer(const struct download_answer *answer, void *ctx)
{
    answer_relay_tell(((struct daemon *)ctx)->ingest, answer);
}

static void wake_dispatch(void *ctx)
{
    command_dispatch_wake(((struct daemon *)ctx)->dispatch);
}

// Before anything is changed.
static int start_credentials(struct daemon *daemon, struct err *err)
{
    const struct config *config = &daemon->config;
    int rc = credentials_open(&daemon->credentials, config, daemon->config_path, err);

    return rc < 0 ? rc : certificate_watch_new(config, &daemon->credentials, &daemon->watch, err);
}

static int start_state(struct daemon *daemon, struct err *err)
{
    return daemon_state_open(&daemon->state, daemon->config.state_dir, err);
}

static int start_ingest(struct daemon *daemon, struct err *err)
{
    int rc = ingest_new(daemon->state.store, &daemon->ingest, err);

    return rc < 0 ? rc : device_auth_new(daemon->config.ca, &daemon->auth, err);
}

static int start_rotation(struct daemon *daemon, struct err *err)
{
    int rc = rotation_watch_open(daemon->state.store, daemon->auth, &daemon->rotation, err);

    if (rc == 0)
        rotation_watch_note_own(daemon->rotation, daemon->credentials.certificate);
    return rc;
}

static int start_revocation(struct daemon *daemon, struct err *err)
{
    daemon->revocation = (struct revocation_link){daemon->state.store, daemon->auth, daemon->ingest,
        daemon->watch, daemon->config.state_dir, daemon->rotation, NULL, NULL};
    return revocation_link_start(&daemon->revocation, err);
}

static int start_mqtt(struct daemon *daemon, struct err *err)
{
    daemon->link = (struct broker_link){daemon->ingest, daemon->state.store, daemon->watch,
        &daemon->broker, daemon->revocation.revocation,
        {.auth = daemon->auth,
            .revocation = daemon->revocation.revocation,
            .rotation = daemon->rotation},
        &daemon->sweep, daemon->state.release, NULL, NULL};
    daemon->sweep.store = daemon->state.store;
    daemon->sweep.revocation = daemon->revocation.revocation;
    daemon->sweep.clear = clear_retained;
    daemon->sweep.ctx = daemon;
    return broker_link_start(&daemon->link, &daemon->config, &daemon->mqtt, err);
}

// After the client through which it publishes.
static int start_dispatch(struct daemon *daemon, struct err *err)
{
    struct command_dispatch_settings settings = {
        .patience = command_times_of(&daemon->config),
        .queued_timeout_ms = daemon->config.queued_timeout_s * 1000,
        .publish = publish,
        .ctx = daemon,
        .connected_since_ms = connected_since_ms,
        .judge_flash = release_flash_decide,
        .judge_ctx = daemon->state.release,
    };

    return command_dispatch_start(daemon->state.store, &settings, &daemon->dispatch, err);
}

static int start_download(struct daemon *daemon, struct err *err)
{
    const struct config *config = &daemon->config;
    struct download_settings settings = {
        .path = config->path,
        .devices_dir = config->devices_dir,
        .images_dir = daemon->state.images_dir,
        .auth = daemon->auth,
        .release = daemon->state.release,
        .store = daemon->state.store,
        .vault = daemon->state.vault,
        .on_answer = note_answer,
        .ctx = daemon,
    };
    int rc = download_new(&settings, daemon->config.device_config, &daemon->download, err);

    if (rc < 0)
        return rc;
    daemon->config.device_config = NULL;

    struct http_server_settings server;

    server_settings_download(config, &server);
    server.routes = download_routes(daemon->download);
    server.ctx = daemon->download;
    server.signer = &handshake_signer;
    server.verify = device_auth_verify;
    server.verify_ctx = daemon->auth;
    rc = http_server_start(&server, &daemon->download_server, err);
    if (rc == 0)
        revocation_link_set_server(&daemon->revocation, daemon->download_server);
    return rc;
}

static int start_enrolment(struct daemon *daemon, struct err *err)
{
    return enrol_link_start(
        &daemon->enrolment, &daemon->config, daemon->state.store, daemon->auth, err);
}

static int start_api(struct daemon *daemon, struct err *err)
{
    daemon->api = (struct api_link){
        .sources = {.ingest = daemon->ingest,
            .download = daemon->download,
            .download_server = daemon->download_server,
            .store = daemon->state.store,
            .broker = &daemon->broker,
            .enrolment = &daemon->enrolment,
            .dispatch = daemon->dispatch,
            .homeassistant = daemon->link.homeassistant,
            .reloads_kept = &daemon->reloads_kept,
            .clock_steps = &daemon->clock_steps},
        .watch = daemon->watch,
        .disk = &daemon->disk,
        .places = {daemon->config.state_dir, daemon->config_path, daemon->config.devices_dir},
        .api = {.store = daemon->state.store,
            .auth = daemon->auth,
            .release = daemon->state.release,
            .dispatch = daemon->dispatch,
            .images = &daemon->state.images,
            .revocation = daemon->revocation.revocation,
            .recipients = {daemon->auth, daemon->config.devices_dir},
            .rotation = daemon->rotation,
            .enrolment = {daemon->enrolment.server != NULL,
                enrol_decide_policy_name(daemon->config.enrol_policy),
                daemon->config.enrol_window_max_s},
            .devices_dir = daemon->config.devices_dir,
            .vault = daemon->state.vault,
            .started_ms = clock_unstepped_ms()},
    };
    return api_link_start(&daemon->api, &daemon->config, err);
}

int daemon_start(
    const char *config_path, struct config *config, struct daemon **out, struct err *err)
{
    typedef int step(struct daemon * daemon, struct err * err);
    static step *const steps[] = {start_credentials, start_state, start_ingest, start_rotation,
        start_revocation, start_download, start_mqtt, start_dispatch, start_enrolment, start_api};
    struct daemon *daemon = calloc(1, sizeof *daemon);
    int rc = 0;

    if (daemon == NULL || (daemon->config_path = strdup(config_path)) == NULL) {
        free(daemon);
        return err_set(err, ERR_NO_MEMORY, "no memory for the daemon");
    }
    daemon_state_init(&daemon->state);
    daemon->config = *config;
    memset(config, 0, sizeof *config);
    broker_state_init(&daemon->broker, &daemon->config);
    disk_watch_init(&daemon->disk, &daemon->config);
    retained_sweep_init(&daemon->sweep);
    log_set_level(daemon->config.log_level);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && rc == 0; i++)
        rc = steps[i](daemon, err);
    if (rc < 0) {
        daemon_stop(daemon);
        return rc;
    }
    store_set_commit_hook(daemon->state.store, wake_dispatch, daemon);
    address_check_start(&daemon->config, daemon->download);
    *out = daemon;
    return 0;
}

void daemon_stop(struct daemon *daemon)
{
    if (daemon == NULL)
        return;
    // Each before what it calls: the API reads counters, and the hook wakes the dispatcher.
    api_link_stop(&daemon->api, GRACE_MS);
    enrol_link_stop(&daemon->enrolment, GRACE_MS);
    http_server_free(daemon->download_server, GRACE_MS);
    if (daemon->state.store != NULL)
        store_set_commit_hook(daemon->state.store, NULL, NULL);
    command_dispatch_free(daemon->dispatch);
    broker_link_stop(&daemon->link);
    daemon_state_close(&daemon->state);
    download_free(daemon->download);
    enrol_link_clear(&daemon->enrolment);
    ingest_free(daemon->ingest);
    revocation_link_clear(&daemon->revocation);
    rotation_watch_close(daemon->rotation);
    device_auth_free(daemon->auth);
    certificate_watch_free(daemon->watch);
    credentials_clear(&daemon->credentials);
    broker_state_clear(&daemon->broker);
    disk_watch_clear(&daemon->disk);
    retained_sweep_clear(&daemon->sweep);
    daemon_state_unlock(&daemon->state);
    config_clear(&daemon->config);
    free(daemon->config_path);
    free(daemon);
}

void daemon_reload(struct daemon *daemon)
{
    struct reload reload = {daemon->config_path, &daemon->config, &daemon->credentials,
        daemon->auth, daemon->download, daemon->download_server, daemon->mqtt,
        &daemon->reloads_kept, &daemon->enrolment, &daemon->api};

    reload_run(&reload);
    rotation_watch_note_own(daemon->rotation, daemon->credentials.certificate);
    (void)revocation_link_end_clients(&daemon->revocation); // of a CA that is trusted no more
    certificate_watch_restart(daemon->watch);
}

static void follow_clock(struct daemon *daemon)
{
    struct clock_watch_settings settings = {
        .offline_after_ms = daemon->config.offline_after_s * 1000,
        .sent_timeout_ms = daemon->config.sent_timeout_s * 1000,
        .queued_timeout_ms = daemon->config.queued_timeout_s * 1000,
    };
    int64_t by_ms = clock_watch_follow(daemon->state.store, &settings, &daemon->clock_steps);

    if (llabs(by_ms) > 24LL * 3600 * 1000)
        housekeeping_hold(daemon->state.housekeeping);
}

void daemon_tick(struct daemon *daemon)
{
    struct housekeeping_settings settings;

    follow_clock(daemon);
    costs_read_retention(&daemon->config, &settings);
    housekeeping_tick(daemon->state.housekeeping, &settings);
    costs_tick(daemon->ingest, &daemon->disk, &daemon->config, daemon->state.store);
    certificate_watch_tick(daemon->watch, daemon->download);
    revocation_tick(daemon->revocation.revocation);
    rotation_watch_tick(daemon->rotation);
    settings_watch_tick(daemon->api.settings.watch);
    retained_sweep_tick(&daemon->sweep, clock_monotonic_ms());
}

bool daemon_is_healthy(struct daemon *daemon)
{
    return housekeeping_is_alive(daemon->state.housekeeping);
}
