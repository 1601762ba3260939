// The settings of how long commands are waited for.
#include "server/daemon/command_times.h"

struct command_patience command_times_of(const struct config *config)
{
    const int64_t end_s[COMMAND_PATIENCE_KINDS] = {
        [COMMAND_PATIENCE_FIRMWARE] = config->firmware_timeout_s,
        [COMMAND_PATIENCE_FLASH] = config->flash_timeout_s,
        [COMMAND_PATIENCE_REBOOT] = config->reboot_timeout_s,
        [COMMAND_PATIENCE_FILE] = config->file_timeout_s,
        [COMMAND_PATIENCE_WIFI] = config->wifi_timeout_s,
    };
    struct command_patience patience = {
        .accept_ms = config->accept_timeout_s * 1000, .resends = config->resends};

    for (int kind = 0; kind < COMMAND_PATIENCE_KINDS; kind++)
        patience.end_ms[kind] = (end_s[kind] != 0 ? end_s[kind] : config->sent_timeout_s) * 1000;
    return patience;
}
