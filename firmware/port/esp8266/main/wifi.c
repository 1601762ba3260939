// The Wi-Fi station: takes the driver's events, and does what policy/station.h decides.
#include "firmware/port/esp8266/main/wifi.h"

#include <stdio.h>
#include <string.h>

#include <esp_event.h>
#include <esp_netif.h>
#include <esp_system.h>
#include <esp_wifi.h>
#include <freertos/FreeRTOS.h>
#include <freertos/event_groups.h>
#include <mbedtls/platform_util.h>

#include "firmware/port/esp8266/main/wifi_credentials.h"
#include "firmware/port/esp8266/policy/station.h"
#include "firmware/port/esp8266/main/smartconfig.h"

// Of the driver's events, one bit each: its task has a small stack and only sets them.
#define BIT_STARTED BIT0
#define BIT_DISCONNECTED BIT1
#define BIT_GOT_ADDRESS BIT2
#define BIT_LOST_ADDRESS BIT3

static struct port *owner;
static struct station station;
static const char *file;                    // that has the stored ones
static struct wifi_credentials credentials; // of the network in turn, or brought by SmartConfig
static EventGroupHandle_t events;
static struct port_link_info info; // as of looked_at_ms
static uint32_t looked_at_ms;
static volatile uint8_t last_reason; // of the last disconnection

static uint32_t now_ms(void)
{
    return owner->ops->now_ms(owner);
}

static void take_wifi_event(void *ctx, esp_event_base_t base, int32_t id, void *data)
{
    (void)ctx;
    (void)base;
    if (id == WIFI_EVENT_STA_START) {
        xEventGroupSetBits(events, BIT_STARTED);
    } else if (id == WIFI_EVENT_STA_DISCONNECTED) {
        last_reason = ((const wifi_event_sta_disconnected_t *)data)->reason;
        xEventGroupSetBits(events, BIT_DISCONNECTED);
    }
}

static void take_ip_event(void *ctx, esp_event_base_t base, int32_t id, void *data)
{
    (void)ctx;
    (void)base;
    (void)data;
    if (id == IP_EVENT_STA_GOT_IP)
        xEventGroupSetBits(events, BIT_GOT_ADDRESS);
    else if (id == IP_EVENT_STA_LOST_IP)
        xEventGroupSetBits(events, BIT_LOST_ADDRESS);
}

static const char *explain(uint8_t reason)
{
    switch (reason) {
    case 0: return "the driver refuses to connect";
    case WIFI_REASON_NO_AP_FOUND: return "no network of this name with WPA2 in reach";
    case WIFI_REASON_AUTH_FAIL:
    case WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT:
    case WIFI_REASON_HANDSHAKE_TIMEOUT: return "the password is refused";
    case WIFI_REASON_BEACON_TIMEOUT: return "the access point is gone";
    default: return "connection lost or refused";
    }
}

// One network's at a time: those of the last attempt, where that fails, are those of SmartConfig,
// which could not be stored.
static void load_credentials(void)
{
    (void)wifi_credentials_load(owner, file, station.network, &credentials);
}

static void connect_station(void)
{
    wifi_config_t config = {
        .sta =
            {
                .scan_method = WIFI_FAST_SCAN, // the only one that looks at the threshold
                .threshold = {.rssi = -127, .authmode = WIFI_AUTH_WPA2_PSK},
                .pmf_cfg = {.capable = true},
            },
    };

    memcpy(config.sta.ssid, credentials.ssid, sizeof config.sta.ssid);
    memcpy(config.sta.password, credentials.password, sizeof config.sta.password);
    if (esp_wifi_set_config(ESP_IF_WIFI_STA, &config) != ESP_OK || esp_wifi_connect() != ESP_OK) {
        last_reason = 0; // the driver's own refusal
        xEventGroupSetBits(events, BIT_DISCONNECTED);
    }
    mbedtls_platform_zeroize(&config, sizeof config);
}

static struct station_facts gather_facts(void)
{
    tcpip_adapter_ip_info_t address;
    wifi_ap_record_t access_point;

    return (struct station_facts){
        .is_associated = esp_wifi_sta_get_ap_info(&access_point) == ESP_OK,
        .has_address = tcpip_adapter_get_ip_info(TCPIP_ADAPTER_IF_STA, &address) == ESP_OK &&
                       address.ip.addr != 0,
    };
}

// Of a connection, or an attempt, that no event has ended.
static const char *explain_end(void)
{
    const struct station_facts facts = gather_facts();

    if (facts.is_associated && !facts.has_address)
        return "no address from the network's DHCP server";
    return "the connection is gone, and the driver has not said so";
}

static void act(enum station_action action)
{
    switch (action) {
    case STATION_NOTHING: break;
    case STATION_START:
        printf("wifi: the driver does not say that it runs, starting it again\n");
        (void)esp_wifi_stop();
        (void)esp_wifi_start();
        break;
    case STATION_CONNECT:
        load_credentials();
        connect_station();
        break;
    case STATION_TRY:
        (void)esp_wifi_disconnect(); // from what SmartConfig had to do with the radio
        connect_station();
        break;
    case STATION_LISTEN:
        printf("wifi: no credentials, waiting for SmartConfig\n");
        smartconfig_start(owner);
        break;
    case STATION_STORE:
        if (wifi_credentials_store(owner, &credentials) != 0)
            printf("wifi: the credentials cannot be stored\n");
        break;
    case STATION_END: smartconfig_stop(); break;
    case STATION_GIVE_UP:
        printf("wifi: %s\n", explain_end());
        (void)esp_wifi_disconnect();
        break;
    case STATION_RESTART:
        printf("wifi: SmartConfig has led nowhere, starting over\n");
        smartconfig_stop();
        owner->ops->reboot(owner);
        break;
    }
}

static void take(enum station_event event)
{
    act(station_step(&station, event, now_ms(), (uint8_t)esp_random()));
}

static void measure(void)
{
    tcpip_adapter_ip_info_t address;
    wifi_ap_record_t access_point;

    memset(&info, 0, sizeof info);
    if (station.state != STATION_UP)
        return;
    if (tcpip_adapter_get_ip_info(TCPIP_ADAPTER_IF_STA, &address) == ESP_OK)
        snprintf(info.ip, sizeof info.ip, IPSTR, IP2STR(&address.ip));
    if (esp_wifi_sta_get_ap_info(&access_point) == ESP_OK)
        info.rssi = access_point.rssi;
}

static void announce(void)
{
    measure();
    printf("wifi: connected, address %s, %d dBm\n", info.ip, info.rssi);
}

static void take_address(void)
{
    take(STATION_GOT_ADDRESS);
    if (station.state == STATION_UP)
        announce();
}

// Where an event was lost, the driver itself knows.
static void look(void)
{
    const struct station_facts facts = gather_facts();
    bool was_up = station.state == STATION_UP;

    looked_at_ms = now_ms();
    act(station_look(&station, &facts, looked_at_ms, (uint8_t)esp_random()));
    if (!was_up && station.state == STATION_UP)
        announce();
    else
        measure();
}

static void take_disconnection(void)
{
    if (station.state == STATION_CONNECTING || station.state == STATION_UP)
        printf("wifi: %s (reason %u)\n", explain(last_reason), (unsigned)last_reason);
    take(STATION_DISCONNECTED);
}

static void take_start(void)
{
    unsigned networks = wifi_credentials_load(owner, file, 0, &credentials);

    if (station.state == STATION_OFF)
        station.networks = networks;
    take(networks > 0 ? STATION_STARTED_WITH_CREDENTIALS : STATION_STARTED_WITHOUT);
}

void wifi_poll(void)
{
    EventBits_t bits;

    if (events == NULL)
        return;
    bits = xEventGroupClearBits(
        events, BIT_STARTED | BIT_DISCONNECTED | BIT_GOT_ADDRESS | BIT_LOST_ADDRESS);
    if (bits & BIT_STARTED)
        take_start();
    if (smartconfig_has_channel())
        take(STATION_FOUND_CHANNEL);
    if (smartconfig_take(&credentials))
        take(STATION_GOT_CREDENTIALS);
    if (bits & BIT_GOT_ADDRESS)
        take_address();
    if ((bits & BIT_LOST_ADDRESS) && station.state == STATION_UP)
        (void)esp_wifi_disconnect(); // and its event brings the rest
    if (bits & BIT_DISCONNECTED)
        take_disconnection();
    if (smartconfig_is_acknowledged())
        take(STATION_ACKNOWLEDGED);
    take(STATION_TICK);
    if (now_ms() - looked_at_ms >= STATION_LOOK_MS)
        look();
}

static void start_driver(const char *host_name)
{
    wifi_init_config_t config = WIFI_INIT_CONFIG_DEFAULT();

    ESP_ERROR_CHECK(esp_netif_init());
    ESP_ERROR_CHECK(esp_event_loop_create_default());
    ESP_ERROR_CHECK(esp_wifi_init(&config));
    ESP_ERROR_CHECK(esp_wifi_set_storage(WIFI_STORAGE_RAM)); // the device's files have them
    ESP_ERROR_CHECK(
        esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, take_wifi_event, NULL));
    ESP_ERROR_CHECK(esp_event_handler_register(IP_EVENT, ESP_EVENT_ANY_ID, take_ip_event, NULL));
    smartconfig_init();
    ESP_ERROR_CHECK(esp_wifi_set_mode(WIFI_MODE_STA));
    ESP_ERROR_CHECK(esp_wifi_start());
    (void)tcpip_adapter_set_hostname(TCPIP_ADAPTER_IF_STA, host_name);
}

void wifi_start(struct port *port, const char *host_name, const char *networks)
{
    file = networks;
    if (events != NULL)
        return;
    owner = port;
    events = xEventGroupCreate();
    if (events == NULL)
        abort();
    start_driver(host_name);
    station.since_ms = now_ms();
}

enum port_link wifi_state(struct port_link_info *out)
{
    *out = info;
    return station_link(&station);
}
