#ifndef FIRMWARE_PORT_ESP8266_POLICY_STATION_H
#define FIRMWARE_PORT_ESP8266_POLICY_STATION_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/port/port.h"

// What the Wi-Fi station does and when: with stored credentials it connects, to the first network
// that it can join of those that it has, by their order, and begins with the first again after a
// pause that doubles from 1 s to 30 s; without, it waits for SmartConfig. What SmartConfig brings
// is stored once it has led to an address, and forgotten if it does not.
//
// The SDK throws an event away that finds its queue full. So no state waits for an event alone:
// each has its time-out, or is compared with the driver's own once a second.

#define STATION_START_MS 3000       // for the driver to say that it runs, then it is started again
#define STATION_SMARTCONFIG_TRIES 4 // to connect with what SmartConfig has brought
#define STATION_CONNECTING_MS 12000 // from the attempt to an address, then it is given up
#define STATION_NEXT_MS 500 // for the driver to let go of a network before it is the next's turn
#define STATION_ACKNOWLEDGE_MS 30000 // for the telephone to be told, then SmartConfig is stopped
#define STATION_LISTEN_MS 300000     // for a telephone to be heard, then SmartConfig starts over
#define STATION_CHANNEL_MS 90000     // for it to send all, likewise
#define STATION_LOOK_MS 1000         // from one look at the driver to the next
#define STATION_LOOKS 3              // in a row that contradict the state, until that is given up

enum station_state {
    STATION_OFF,         // the driver has been told to start
    STATION_SMARTCONFIG, // listens for credentials
    STATION_CONNECTING,
    STATION_PAUSE,
    STATION_UP, // has an address
};

enum station_event {
    STATION_STARTED_WITH_CREDENTIALS,
    STATION_STARTED_WITHOUT,
    STATION_FOUND_CHANNEL,   // SmartConfig hears a telephone
    STATION_GOT_CREDENTIALS, // from SmartConfig
    STATION_GOT_ADDRESS,
    STATION_DISCONNECTED, // or the attempt to connect has failed
    STATION_ACKNOWLEDGED, // SmartConfig has told the telephone
    STATION_TICK,         // nothing happened, but time goes by
};

// What to do now; one at a time.
enum station_action {
    STATION_NOTHING,
    STATION_START, // stop the driver and start it
    STATION_CONNECT,
    STATION_LISTEN,  // start SmartConfig
    STATION_TRY,     // connect with what SmartConfig has brought, without storing it
    STATION_STORE,   // store what SmartConfig has brought
    STATION_END,     // stop SmartConfig
    STATION_GIVE_UP, // disconnect: nothing has come of it, or nothing is left of it
    STATION_RESTART, // SmartConfig has led nowhere, and it starts once in a run only: stop it first
};

// What the driver says when it is asked.
struct station_facts {
    bool is_associated; // with an access point
    bool has_address;
};

struct station {
    enum station_state state;
    bool has_smartconfig; // SmartConfig runs, or has yet to be stopped
    bool has_channel;     // and hears a telephone
    bool is_stored;       // the credentials in use are
    unsigned networks; // that are stored, by the caller before it says that the driver has started
    unsigned network;  // whose turn it is
    unsigned failures;
    unsigned contradictions; // looks in a row
    uint32_t since_ms;       // when the state began; at first, when the driver was told to start
    uint32_t pause_ms;
};

// Takes one event at now_ms (a counter that wraps); random spreads the pauses of a fleet.
enum station_action station_step(
    struct station *station, enum station_event event, uint32_t now_ms, uint8_t random);

// Compares the state with what the driver says. To be called each STATION_LOOK_MS.
enum station_action station_look(
    struct station *station, const struct station_facts *facts, uint32_t now_ms, uint8_t random);

// How core sees it.
enum port_link station_link(const struct station *station);

#endif
