// The commands that the device takes.
#include "firmware/core/command.h"

#include <string.h>

#include <cjson/cJSON.h>

#include "common/contract.h"
#include "firmware/core/json.h"

static const struct {
    const char *name;
    enum command_action action;
    enum staging_file file;
} commands[] = {
    {CONTRACT_COMMAND_FIRMWARE, COMMAND_FETCH_IMAGE, STAGING_FILES},
    {CONTRACT_COMMAND_FLASH, COMMAND_FLASH, STAGING_FILES},
    {CONTRACT_COMMAND_REBOOT, COMMAND_REBOOT, STAGING_FILES},
    {CONTRACT_COMMAND_CA, COMMAND_FETCH_FILE, STAGING_CA},
    {CONTRACT_COMMAND_CERT, COMMAND_FETCH_FILE, STAGING_CERT},
    {CONTRACT_COMMAND_KEY, COMMAND_FETCH_FILE, STAGING_KEY},
    {CONTRACT_COMMAND_CONFIG, COMMAND_FETCH_FILE, STAGING_CONFIG},
};

static void decode_id(const uint8_t *payload, size_t n, struct command *command)
{
    cJSON *json = json_parse_object((const char *)payload, n);
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, CONTRACT_EVENT_ID);

    command->has_id = cJSON_IsNumber(item) && json_read_number(item, &command->id);
    cJSON_Delete(json);
}

void command_decode(
    const char *name, const uint8_t *payload, size_t payload_size, struct command *out)
{
    struct command command = {.action = COMMAND_UNKNOWN, .file = STAGING_FILES};
    size_t n = strlen(name);

    memcpy(command.name, name, n < sizeof command.name ? n : sizeof command.name - 1);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            command.action = commands[i].action;
            command.file = commands[i].file;
        }
    }
    decode_id(payload, payload_size, &command);
    *out = command;
}
