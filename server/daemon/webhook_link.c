// What sends webhooks, by the configuration.
#include "server/daemon/webhook_link.h"

#include <unistd.h>

#include "server/api/api_webhook_body.h"

int webhook_link_check(const struct config *config, struct err *err)
{
    if (config->webhook_ca[0] == '\0' || access(config->webhook_ca, R_OK) == 0)
        return 0;
    return err_set(err, ERR_DENIED, "[webhooks] ca: cannot read %.200s: %m", config->webhook_ca);
}

int webhook_link_start(struct api *api, const struct config *config, struct err *err)
{
    struct webhook_drive_settings settings = {
        .send = {.store = api->store,
            .vault = api->vault,
            .ca = config->webhook_ca,
            .backoff = {config->webhook_retry_min_s * 1000, config->webhook_retry_max_s * 1000,
                config->webhook_give_up_s * 1000},
            .timeout_ms = config->webhook_timeout_s * 1000},
        .bodies = {api_webhook_body_event, api_webhook_body_rollout, api_webhook_body_alert},
        .queue_max = config->webhook_queue_max,
    };
    int rc = webhook_link_check(config, err);

    if (rc == 0)
        rc = webhook_allow_parse(config->webhook_allow, &settings.send.allow, err);
    return rc < 0 ? rc : webhook_drive_start(&settings, &api->webhooks, err);
}

void webhook_link_reload(struct webhook_drive *webhooks, const struct config *config)
{
    struct webhook_allow allow;

    // It was parsed when the configuration was read.
    if (webhook_allow_parse(config->webhook_allow, &allow, NULL) == 0)
        webhook_drive_set_allow(webhooks, &allow);
}
