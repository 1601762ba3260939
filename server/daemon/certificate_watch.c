// Ends of certificates, told before they come.
#include "server/daemon/certificate_watch.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/daemon/device_files.h"

#define HOUR_MS ((int64_t)3600 * 1000)
#define DAY_MS (24 * HOUR_MS)
#define FILES_PER_TICK 100
#define URGENT_DAYS 7

struct certificate_watch {
    const struct config *config;
    const struct credentials *credentials;
    struct device_files *files;    // while they are looked at
    const struct certificate *own; // as it was looked at last
    int64_t look_at_ms;            // monotonic, as the next
    int64_t log_at_ms;
    void (*good)(const struct certificate_facts *facts, void *ctx); // or NULL
    void *good_ctx;
    pthread_mutex_t lock; // over all below
    struct api_certificates shown;
    struct certificate *broker; // shown since the last tick, or NULL
};

int certificate_watch_new(const struct config *config, const struct credentials *credentials,
    struct certificate_watch **out, struct err *err)
{
    struct certificate_watch *watch = calloc(1, sizeof *watch);

    if (watch == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for certificates");
    watch->config = config;
    watch->credentials = credentials;
    pthread_mutex_init(&watch->lock, NULL);
    *out = watch;
    return 0;
}

void certificate_watch_free(struct certificate_watch *watch)
{
    if (watch == NULL)
        return;
    device_files_close(watch->files);
    certificate_free(watch->broker);
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}

void certificate_watch_restart(struct certificate_watch *watch)
{
    device_files_close(watch->files);
    watch->files = NULL;
    watch->own = NULL;
    watch->look_at_ms = 0;
    watch->log_at_ms = 0;
}

void certificate_watch_on_good(struct certificate_watch *watch,
    void (*good)(const struct certificate_facts *facts, void *ctx), void *ctx)
{
    watch->good = good;
    watch->good_ctx = ctx;
}

void certificate_watch_note_broker(struct certificate_watch *watch, const uint8_t *der, size_t n)
{
    struct certificate *certificate;

    if (certificate_from_der(der, n, &certificate, NULL) < 0)
        return;
    pthread_mutex_lock(&watch->lock);
    watch->shown.broker_ms = certificate_not_after_ms(certificate);
    certificate_free(watch->broker);
    watch->broker = certificate;
    pthread_mutex_unlock(&watch->lock);
}

void certificate_watch_read(struct certificate_watch *watch, struct api_certificates *out)
{
    pthread_mutex_lock(&watch->lock);
    *out = watch->shown;
    pthread_mutex_unlock(&watch->lock);
}

// Devices that look for the broker by a name that it does not bear refuse it.
static void check_broker(struct certificate_watch *watch, struct download *download)
{
    struct err err = {0};
    int line;

    pthread_mutex_lock(&watch->lock);

    struct certificate *broker = watch->broker;

    watch->broker = NULL;
    pthread_mutex_unlock(&watch->lock);
    if (broker == NULL)
        return;

    struct download_config_judge judge = {
        CONFIG_MEMBER_MQTT_SERVER, "", credentials_judge_name, broker};

    if (download_each_name(download, &judge, &line, &err) < 0)
        log_warning("daemon",
            "devices will refuse the broker's certificate config_line=%d error=\"mqttserver: %s\"",
            line, err.message);
    certificate_free(broker);
}

// Begins with the daemon's own.
static int open_files(struct certificate_watch *watch, struct err *err)
{
    struct certificate_facts facts;
    int rc = device_files_open(watch->config, &watch->files, err);

    if (rc < 0 || watch->good == NULL)
        return rc;
    device_files_on_good(watch->files, watch->good, watch->good_ctx);
    if (certificate_facts_of(watch->credentials->certificate, &facts, NULL) == 0)
        watch->good(&facts, watch->good_ctx);
    return 0;
}

static void look_at_devices(struct certificate_watch *watch)
{
    struct device_files_counts counts;
    struct err err = {0};
    int64_t now = clock_monotonic_ms();

    if (watch->files == NULL && now < watch->look_at_ms)
        return;
    if (watch->files == NULL && open_files(watch, &err) < 0) {
        log_error("daemon",
            "cannot check devices' certificates, will try again in an hour error=\"%s\": let the "
            "daemon's user read devices_dir and the CA",
            err.message);
        watch->look_at_ms = now + HOUR_MS;
        return;
    }
    if (device_files_look(watch->files, FILES_PER_TICK, &counts))
        return;
    device_files_close(watch->files);
    watch->files = NULL;
    watch->look_at_ms = now + DAY_MS;
    if (counts.bad > 0)
        log_warning("daemon",
            "files below devices_dir cannot be used count=%lld first=\"%s\": 'secureespd "
            "--check-config' names them all; issue them again with 'secureesp pki device'",
            (long long)counts.bad, counts.first_reason);
    if (counts.ending > 0)
        log_warning("daemon",
            "devices' certificates end within %d days count=%lld first=%s: issue new ones with "
            "'secureesp pki device', and give the devices the commands cert and key",
            CREDENTIALS_WARN_DAYS, (long long)counts.ending, counts.first_mac);
    pthread_mutex_lock(&watch->lock);
    watch->shown.devices = counts.total;
    watch->shown.devices_bad = counts.bad;
    watch->shown.devices_ending = counts.ending;
    watch->shown.first_ms = counts.first_ms;
    memcpy(watch->shown.first_mac, counts.first_mac, sizeof watch->shown.first_mac);
    pthread_mutex_unlock(&watch->lock);
}

#define RENEW "renew it with 'secureesp pki renew'"

// Within a week it is no warning any more: whoever was to renew it has not.
static void warn(const char *whose, int64_t end_ms, const char *todo)
{
    int64_t left_ms = end_ms - clock_system_ms();
    char text[CLOCK_TEXT_SIZE];

    if (end_ms == 0 || left_ms > CREDENTIALS_WARN_DAYS * DAY_MS)
        return;
    clock_format(end_ms, text);
    if (left_ms < 0)
        log_error("daemon", "certificate of %s expired on %s: %s", whose, text, todo);
    else if (left_ms < URGENT_DAYS * DAY_MS)
        log_error("daemon", "certificate of %s ends in days=%lld, on %s, and nobody renews it: %s",
            whose, (long long)(left_ms / DAY_MS), text, todo);
    else
        log_warning("daemon", "certificate of %s ends in days=%lld, on %s: %s", whose,
            (long long)(left_ms / DAY_MS), text, todo);
}

// With the lock held.
static void look_at_own(struct certificate_watch *watch)
{
    struct certificate *own = watch->credentials->certificate;
    struct certificate_facts facts;

    watch->shown.ca_ms = watch->credentials->ca_not_after_ms;
    watch->shown.server_ms = certificate_not_after_ms(own);
    if (watch->own == own || certificate_facts_of(own, &facts, NULL) < 0)
        return;
    watch->own = own;
    memcpy(watch->shown.server_serial, facts.serial, sizeof watch->shown.server_serial);
}

void certificate_watch_tick(struct certificate_watch *watch, struct download *download)
{
    struct api_certificates shown;
    int64_t now = clock_monotonic_ms();

    pthread_mutex_lock(&watch->lock);
    look_at_own(watch);

    bool broker_is_new = watch->broker != NULL;

    shown = watch->shown;
    pthread_mutex_unlock(&watch->lock);
    check_broker(watch, download);
    look_at_devices(watch);
    if (broker_is_new)
        warn("the broker", shown.broker_ms, RENEW);
    if (now < watch->log_at_ms)
        return;
    watch->log_at_ms = now + DAY_MS;
    warn("the CA", shown.ca_ms, "change it with 'secureesp pki rotate'");
    warn("this server", shown.server_ms, RENEW);
    if (!broker_is_new)
        warn("the broker", shown.broker_ms, RENEW);
}
