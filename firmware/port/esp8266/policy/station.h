#ifndef FIRMWARE_PORT_ESP8266_POLICY_STATION_H
#define FIRMWARE_PORT_ESP8266_POLICY_STATION_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/port/port.h"

// What the Wi-Fi station does and when: with stored credentials it connects, and again after a
// pause that doubles from 1 s to 30 s; without, it waits for SmartConfig. What SmartConfig brings
// is stored once it has led to an address, and forgotten if it does not.

#define STATION_SMARTCONFIG_TRIES 4  // to connect with what SmartConfig has brought
#define STATION_CONNECTING_MS 12000  // from the attempt to an address, then it is given up
#define STATION_ACKNOWLEDGE_MS 30000 // for the telephone to be told, then SmartConfig is stopped

enum station_state {
    STATION_OFF,
    STATION_SMARTCONFIG, // listens for credentials
    STATION_CONNECTING,
    STATION_PAUSE,
    STATION_UP, // has an address
};

enum station_event {
    STATION_STARTED_WITH_CREDENTIALS,
    STATION_STARTED_WITHOUT,
    STATION_GOT_CREDENTIALS, // from SmartConfig
    STATION_GOT_ADDRESS,
    STATION_DISCONNECTED, // or the attempt to connect has failed
    STATION_ACKNOWLEDGED, // SmartConfig has told the telephone
    STATION_TICK,         // nothing happened, but time goes by
};

// What to do now; one at a time.
enum station_action {
    STATION_NOTHING,
    STATION_CONNECT,
    STATION_LISTEN,  // start SmartConfig
    STATION_TRY,     // connect with what SmartConfig has brought, without storing it
    STATION_STORE,   // store what SmartConfig has brought
    STATION_END,     // stop SmartConfig
    STATION_GIVE_UP, // disconnect: there is a network, but no address
    STATION_RESTART, // what SmartConfig brought does not work, and it starts once in a run only
};

struct station {
    enum station_state state;
    bool has_smartconfig; // SmartConfig runs, or has yet to be stopped
    bool is_stored;       // the credentials in use are
    unsigned failures;
    uint32_t since_ms; // when the state began
    uint32_t pause_ms;
};

// Takes one event at now_ms (a counter that wraps); random spreads the pauses of a fleet.
enum station_action station_step(
    struct station *station, enum station_event event, uint32_t now_ms, uint8_t random);

// How core sees it.
enum port_link station_link(const struct station *station);

#endif
