// What looks for alerts, by what the daemon knows of itself.
#include "server/daemon/alert_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/file.h"

static void read_facts(struct alert_facts *out, void *ctx)
{
    struct api_link *link = ctx;
    struct api_broker broker = {0};
    struct api_certificates ends = {0};
    struct api_disk disk = {0};
    struct operator_desk_refusals refusals;
    struct store_counters counters;

    broker_state_read(link->sources.broker, &broker);
    certificate_watch_read(link->watch, &ends);
    disk_watch_read(link->disk, &disk);
    store_read_counters(link->api.store, &counters);
    operator_desk_read_refusals(&link->operators, &refusals);
    *out = (struct alert_facts){
        .broker_connected = broker.connected,
        .broker_since_ms = broker.since_ms,
        .disk_low = disk.low,
        .disk_free_bytes = disk.free_bytes,
        .ca_ms = ends.ca_ms,
        .server_ms = ends.server_ms,
        .broker_ms = ends.broker_ms,
        .devices_ending = ends.devices_ending,
        .devices = ends.devices,
        .backup_ms = backup_made_at_ms(link->api.backup),
        .logins_refused = refusals.count,
    };
    memcpy(out->login_address, refusals.address, sizeof out->login_address);
    snprintf(out->broker_error, sizeof out->broker_error, "%s", broker.error);
    snprintf(out->broker_fault, sizeof out->broker_fault, "%s", broker.fault);
    snprintf(out->database_fault, sizeof out->database_fault, "%s", counters.fault);
}

static void wake_webhooks(void *ctx)
{
    webhook_drive_wake(((struct api_link *)ctx)->api.webhooks);
}

static void wake(void *ctx)
{
    alert_drive_wake(((struct api_link *)ctx)->alerts);
}

static int make_folder(struct api_link *link, const struct config *config, struct err *err)
{
    if (config->alert_mail_to[0] == '\0')
        return 0;
    if (asprintf(&link->mail_folder, "%s/" ALERT_LINK_FOLDER, config->state_dir) < 0) {
        link->mail_folder = NULL;
        return err_set(err, ERR_NO_MEMORY, "no memory for alerts");
    }
    return file_make_folder(link->mail_folder, 0700, err);
}

int alert_link_start(struct api_link *link, const struct config *config, struct err *err)
{
    int rc = make_folder(link, config, err);
    struct alert_drive_settings settings = {
        .store = link->api.store,
        .spool = {link->mail_folder, config->alert_kinds, config->alert_per_hour},
        .broker_lost_ms = config->alert_broker_lost_s * 1000,
        .device_offline_ms = config->alert_device_offline_s * 1000,
        .read = read_facts,
        .told = wake_webhooks,
        .ctx = link,
    };

    link->api.alerts = (struct api_alerts){config->alert_mail_to, config->alert_kinds, wake, link};
    return rc < 0 ? rc : alert_drive_start(&settings, &link->alerts, err);
}

void alert_link_stop(struct api_link *link)
{
    alert_drive_free(link->alerts);
    link->alerts = NULL;
    free(link->mail_folder);
    link->mail_folder = NULL;
}
