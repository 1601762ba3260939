// One value of config.json, by the server and by the device: the first byte of the input chooses
// the member. What the server hands out the device takes; and what the device takes as it stands,
// the server hands out.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/config_member.h"
#include "firmware/core/settings.h"
#include "server/download/download_config.h"
#include "test/fuzz/fuzz.h"

#define MAC "84f3eb012345"

static void set(struct download_config *config, enum config_member_index index, const char *value)
{
    struct download_config_entry entry = {NULL, config_member_table[index].name, value, 1};

    FUZZ_CHECK(download_config_set(config, &entry, NULL) == 0);
}

static struct download_config *make(void)
{
    struct download_config *config;

    FUZZ_CHECK(download_config_new(&config) == 0);
    set(config, CONFIG_MEMBER_DOWNLOAD_SERVER, "a.example");
    set(config, CONFIG_MEMBER_DOWNLOAD_PORT, "8443");
    set(config, CONFIG_MEMBER_DOWNLOAD_PATH, "/download");
    set(config, CONFIG_MEMBER_MQTT_SERVER, "b.example");
    set(config, CONFIG_MEMBER_MQTT_PORT, "8883");
    return config;
}

// Whether the device takes the whole with this value, as a JSON string.
static bool device_takes(const struct config_member *member, const char *value)
{
    struct settings settings;
    struct failure failure;
    json_t *object = json_pack("{s:s, s:s}", "downloadserver", "a.example", "mqttserver", "b");
    json_t *string = json_string(value); // NULL: no UTF-8
    char *text = NULL;
    bool taken = false;

    if (string != NULL && json_object_set_new(object, member->name, string) == 0)
        text = json_dumps(object, 0);
    if (text != NULL)
        taken = settings_parse(text, strlen(text), &settings, &failure) == 0;
    free(text);
    json_decref(object);
    return taken;
}

static void check_rendered(const struct download_config *config)
{
    struct settings settings;
    struct failure failure;
    uint8_t *text;
    size_t n;

    FUZZ_CHECK(download_config_render(config, MAC, &text, &n) == 0);
    FUZZ_CHECK(settings_parse((const char *)text, n, &settings, &failure) == 0);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    if (n == 0 || memchr(p, '\0', n) != NULL)
        return 0;

    const struct config_member *member = &config_member_table[p[0] % CONFIG_MEMBER_COUNT];
    struct download_config *config = make();
    struct err err = {0};
    char *value = strndup((const char *)p + 1, n - 1);
    struct download_config_entry entry = {MAC, member->name, value, 2};
    bool set = download_config_set(config, &entry, &err) == 0;

    check_rendered(config);
    FUZZ_CHECK(set == (err.code == 0));
    // A number may have a sign and zeros in front, which do not come to the device; a path may be
    // empty for a device alone; true is no string.
    if (member->kind == CONFIG_MEMBER_HOST ||
        (member->kind == CONFIG_MEMBER_PATH && *value != '\0'))
        FUZZ_CHECK(set == device_takes(member, value));
    else if (member->kind == CONFIG_MEMBER_NUMBER && device_takes(member, value))
        FUZZ_CHECK(set);
    free(value);
    download_config_free(config);
    return 0;
}
