// SmartConfig.
#include "firmware/port/esp8266/main/smartconfig.h"

#include <stdio.h>
#include <string.h>

#include <esp_event.h>
#include <esp_smartconfig.h>
#include <esp_system.h>
#include <freertos/FreeRTOS.h>
#include <freertos/queue.h>
#include <mbedtls/platform_util.h>

#include "firmware/core/files.h"

#define KEY_SIZE 16 // ESPTouch v2: AES-128

static QueueHandle_t received; // of struct wifi_credentials, one place
static volatile bool has_channel;
static volatile bool is_acknowledged;
static bool is_running;
static char key[KEY_SIZE + 1]; // the SDK keeps the pointer

static void take_event(void *ctx, esp_event_base_t base, int32_t id, void *data)
{
    (void)ctx;
    (void)base;
    if (id == SC_EVENT_GOT_SSID_PSWD) {
        const smartconfig_event_got_ssid_pswd_t *event = data;
        struct wifi_credentials credentials;

        memcpy(credentials.ssid, event->ssid, sizeof credentials.ssid);
        memcpy(credentials.password, event->password, sizeof credentials.password);
        (void)xQueueOverwrite(received, &credentials);
        mbedtls_platform_zeroize(&credentials, sizeof credentials);
    } else if (id == SC_EVENT_FOUND_CHANNEL) {
        has_channel = true;
    } else if (id == SC_EVENT_SEND_ACK_DONE) {
        is_acknowledged = true;
    }
}

void smartconfig_init(void)
{
    received = xQueueCreate(1, sizeof(struct wifi_credentials));
    if (received == NULL)
        abort();
    ESP_ERROR_CHECK(esp_event_handler_register(SC_EVENT, ESP_EVENT_ANY_ID, take_event, NULL));
}

void smartconfig_start(struct port *port)
{
    smartconfig_start_config_t config = SMARTCONFIG_START_CONFIG_DEFAULT();
    bool has_key = files_read(port, SMARTCONFIG_KEY_FILE, (uint8_t *)key, KEY_SIZE) == KEY_SIZE;

    config.esp_touch_v2_enable_crypt = has_key;
    config.esp_touch_v2_key = has_key ? key : NULL;
    has_channel = false;
    is_acknowledged = false;
    is_running = true; // to be stopped even if this fails
    if (esp_smartconfig_set_type(has_key ? SC_TYPE_ESPTOUCH_V2 : SC_TYPE_ESPTOUCH) != ESP_OK ||
        esp_smartconfig_start(&config) != ESP_OK) {
        printf("smartconfig: does not start\n");
        return;
    }
    printf("smartconfig: %s\n", has_key ? "ESPTouch v2, encrypted" : "ESPTouch");
}

void smartconfig_stop(void)
{
    if (is_running && esp_smartconfig_stop() != ESP_OK)
        printf("smartconfig: does not stop\n");
    is_running = false;
    mbedtls_platform_zeroize(key, sizeof key);
}

bool smartconfig_take(struct wifi_credentials *out)
{
    struct wifi_credentials credentials;
    bool is_good;

    if (xQueueReceive(received, &credentials, 0) != pdTRUE)
        return false;
    is_good = wifi_credentials_are_complete(&credentials);
    if (is_good)
        *out = credentials;
    else
        printf("smartconfig: a network without a password is not joined\n");
    mbedtls_platform_zeroize(&credentials, sizeof credentials);
    return is_good;
}

static bool take_flag(volatile bool *flag)
{
    if (!*flag)
        return false;
    *flag = false;
    return true;
}

bool smartconfig_has_channel(void)
{
    return take_flag(&has_channel);
}

bool smartconfig_is_acknowledged(void)
{
    return take_flag(&is_acknowledged);
}
