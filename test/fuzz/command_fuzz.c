// Commands that the device receives: a line with the topic's last part, then the payload. What the
// device makes of them fits an event, and what one has sealed fits where it is opened.
#include <string.h>

#include <cjson/cJSON.h>
#include <mbedtls/base64.h>

#include "firmware/core/device_command.h"
#include "firmware/core/json.h"
#include "firmware/core/report.h"
#include "firmware/enrol/wifi.h"
#include "test/fuzz/fuzz.h"

static void check_event(const struct device_command *command)
{
    char json[REPORT_SIZE];
    struct report_event event = {
        .kind = "command",
        .command = command->name,
        .has_id = command->has_id,
        .id = command->id,
        .detail = command->name,
    };
    size_t n = report_write_event(&event, json, sizeof json);
    int64_t id = -1;

    FUZZ_CHECK(n > 0 && n < sizeof json);
    for (size_t i = 0; i < n; i++)
        FUZZ_CHECK(json[i] >= ' ' && json[i] <= '~');

    cJSON *object = json_parse_object(json, n);

    FUZZ_CHECK(object != NULL);
    FUZZ_CHECK(cJSON_HasObjectItem(object, "command"));
    FUZZ_CHECK(cJSON_HasObjectItem(object, "id") == command->has_id);
    if (command->has_id) {
        FUZZ_CHECK(json_read_number(cJSON_GetObjectItemCaseSensitive(object, "id"), &id));
        FUZZ_CHECK(id == command->id);
    }
    cJSON_Delete(object);
}

// It is a name, or none was meant, or none can have it.
static void check_image(const struct device_command *command, size_t payload_size)
{
    struct image_name image;
    size_t n = strnlen(command->image, sizeof command->image);

    FUZZ_CHECK(n < sizeof command->image);
    if (n > 0)
        FUZZ_CHECK(image_name_parse(command->image, n, &image) !=
                   (strcmp(command->image, DEVICE_COMMAND_IMAGE_UNREADABLE) == 0));
    if (payload_size == 0)
        FUZZ_CHECK(n == 0);
}

// What is read is what its base64 says, once more.
static void check_sealed(const uint8_t *payload, size_t n)
{
    uint8_t out[WIFI_NETWORKS_SEALED_SIZE];
    char text[2 * WIFI_NETWORKS_SEALED_SIZE];
    uint8_t again[WIFI_NETWORKS_SEALED_SIZE];
    size_t size = 0;
    struct failure failure = {0};
    int rc = wifi_read_sealed(payload, n, out, &failure);

    if (rc < 0) {
        FUZZ_CHECK(rc == -(int)RESULT_FILE_INVALID && failure.result == RESULT_FILE_INVALID);
        FUZZ_CHECK(failure.detail[0] != '\0');
        return;
    }
    FUZZ_CHECK((size_t)rc <= sizeof out);
    FUZZ_CHECK(mbedtls_base64_encode((uint8_t *)text, sizeof text, &size, out, (size_t)rc) == 0);
    FUZZ_CHECK(mbedtls_base64_decode(again, sizeof again, &size, (uint8_t *)text, size) == 0);
    FUZZ_CHECK(size == (size_t)rc && memcmp(again, out, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct fuzz_input input = {p, n};
    const char *name = fuzz_take_line(&input);
    const uint8_t *payload = fuzz_bytes(input.p, input.n);
    struct device_command command;

    device_command_decode(name, payload, input.n, &command);
    check_sealed(payload, input.n);
    FUZZ_CHECK(strcmp(command.name, name) == 0);
    FUZZ_CHECK((command.action == DEVICE_COMMAND_FETCH_FILE) == (command.file != STAGING_FILES));
    FUZZ_CHECK((command.action == DEVICE_COMMAND_UNKNOWN) == (command.name == name));
    if (command.has_id)
        FUZZ_CHECK(command.id >= 0 && command.id <= (int64_t)1 << 53);
    check_image(&command, input.n);
    check_event(&command);
    return 0;
}
