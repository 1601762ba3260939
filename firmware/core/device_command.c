// The commands that the device takes.
#include "firmware/core/device_command.h"

#include <string.h>

#include <cjson/cJSON.h>

#include "common/contract.h"
#include "firmware/core/json.h"

static const struct {
    const char *name;
    uint8_t action; // enum device_command_action
    uint8_t file;   // enum staging_file
} commands[] = {
    {CONTRACT_COMMAND_FIRMWARE, DEVICE_COMMAND_FETCH_IMAGE, STAGING_FILES},
    {CONTRACT_COMMAND_FLASH, DEVICE_COMMAND_FLASH, STAGING_FILES},
    {CONTRACT_COMMAND_REBOOT, DEVICE_COMMAND_REBOOT, STAGING_FILES},
    {CONTRACT_COMMAND_CA, DEVICE_COMMAND_FETCH_FILE, STAGING_CA},
    {CONTRACT_COMMAND_CERT, DEVICE_COMMAND_FETCH_FILE, STAGING_CERT},
    {CONTRACT_COMMAND_KEY, DEVICE_COMMAND_FETCH_FILE, STAGING_KEY},
    {CONTRACT_COMMAND_CONFIG, DEVICE_COMMAND_FETCH_FILE, STAGING_CONFIG},
    {CONTRACT_COMMAND_WIFI, DEVICE_COMMAND_WIFI, STAGING_FILES},
};

// False unless the object has one image or none.
static bool read_image(const cJSON *json, struct image_name *out)
{
    unsigned found = 0;

    for (const cJSON *item = json->child; item != NULL; item = item->next) {
        if (strcmp(item->string, CONTRACT_EVENT_IMAGE) != 0)
            continue;
        if (found++ > 0 || !cJSON_IsString(item) ||
            !image_name_parse(item->valuestring, strlen(item->valuestring), out))
            return false;
    }
    return true;
}

static void decode_payload(const uint8_t *payload, size_t n, struct device_command *command)
{
    cJSON *json = json_parse_object((const char *)payload, n);
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(json, CONTRACT_EVENT_ID);
    struct image_name image = {.text = ""};
    bool is_readable = n == 0 || (json != NULL && read_image(json, &image));

    command->has_id = cJSON_IsNumber(id) && json_read_number(id, &command->id);
    strcpy(command->image, is_readable ? image.text : DEVICE_COMMAND_IMAGE_UNREADABLE);
    cJSON_Delete(json);
}

void device_command_decode(
    const char *name, const uint8_t *payload, size_t payload_size, struct device_command *out)
{
    struct device_command command = {
        .action = DEVICE_COMMAND_UNKNOWN, .file = STAGING_FILES, .name = name};

    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            command.name = commands[i].name;
            command.action = (enum device_command_action)commands[i].action;
            command.file = (enum staging_file)commands[i].file;
        }
    }
    decode_payload(payload, payload_size, &command);
    *out = command;
}
