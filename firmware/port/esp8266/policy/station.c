// The Wi-Fi station's decisions.
#include "firmware/port/esp8266/policy/station.h"

#define PAUSE_MIN_MS 1000u
#define DOUBLINGS_MAX 5 // to 32 s, cut at the most
#define PAUSE_MAX_MS 30000u

// Doubled with each failure, less up to a quarter.
static uint32_t pause_after(unsigned failures, uint8_t random)
{
    unsigned doublings = failures < DOUBLINGS_MAX ? failures : DOUBLINGS_MAX;
    uint32_t pause_ms = PAUSE_MIN_MS << doublings;

    if (pause_ms > PAUSE_MAX_MS)
        pause_ms = PAUSE_MAX_MS;
    return pause_ms - pause_ms / 4 * random / 256;
}

static enum station_action connect_to(struct station *station, uint32_t now_ms)
{
    station->since_ms = now_ms;
    station->state = STATION_CONNECTING;
    return station->is_stored ? STATION_CONNECT : STATION_TRY;
}

static enum station_action listen_for_credentials(struct station *station)
{
    station->state = STATION_SMARTCONFIG;
    station->has_smartconfig = true;
    return STATION_LISTEN;
}

static enum station_action take_disconnect(struct station *station, uint32_t now_ms, uint8_t random)
{
    if (station->state != STATION_CONNECTING && station->state != STATION_UP)
        return STATION_NOTHING; // our own doing: SmartConfig, or a pause already
    if (!station->is_stored && station->failures + 1 >= STATION_SMARTCONFIG_TRIES)
        return STATION_RESTART;
    station->pause_ms = pause_after(station->failures, random);
    station->since_ms = now_ms;
    station->failures++;
    station->state = STATION_PAUSE;
    return STATION_NOTHING;
}

static enum station_action take_address(struct station *station, uint32_t now_ms)
{
    bool was_stored = station->is_stored;

    station->state = STATION_UP;
    station->since_ms = now_ms;
    station->failures = 0;
    station->is_stored = true;
    return was_stored ? STATION_NOTHING : STATION_STORE;
}

// The SDK keeps memory and a task for SmartConfig until it is stopped.
static enum station_action end_smartconfig(struct station *station)
{
    if (!station->has_smartconfig)
        return STATION_NOTHING;
    station->has_smartconfig = false;
    return STATION_END;
}

static enum station_action take_tick(struct station *station, uint32_t now_ms)
{
    uint32_t elapsed_ms = now_ms - station->since_ms;

    if (station->state == STATION_PAUSE && elapsed_ms >= station->pause_ms)
        return connect_to(station, now_ms);
    if (station->state == STATION_CONNECTING && elapsed_ms >= STATION_CONNECTING_MS) {
        station->since_ms = now_ms; // the driver's event brings the rest
        return STATION_GIVE_UP;
    }
    if (station->state == STATION_UP && elapsed_ms >= STATION_ACKNOWLEDGE_MS)
        return end_smartconfig(station);
    return STATION_NOTHING;
}

enum station_action station_step(
    struct station *station, enum station_event event, uint32_t now_ms, uint8_t random)
{
    switch (event) {
    case STATION_STARTED_WITH_CREDENTIALS:
        station->is_stored = true;
        return connect_to(station, now_ms);
    case STATION_STARTED_WITHOUT: return listen_for_credentials(station);
    case STATION_GOT_CREDENTIALS:
        return station->state == STATION_SMARTCONFIG ? connect_to(station, now_ms)
                                                     : STATION_NOTHING;
    case STATION_GOT_ADDRESS: return take_address(station, now_ms);
    case STATION_DISCONNECTED: return take_disconnect(station, now_ms, random);
    case STATION_ACKNOWLEDGED: return end_smartconfig(station);
    case STATION_TICK: return take_tick(station, now_ms);
    }
    return STATION_NOTHING;
}

enum port_link station_link(const struct station *station)
{
    switch (station->state) {
    case STATION_SMARTCONFIG: return PORT_LINK_SMARTCONFIG;
    case STATION_UP: return PORT_LINK_UP;
    case STATION_OFF:
    case STATION_CONNECTING:
    case STATION_PAUSE: break;
    }
    return PORT_LINK_DOWN;
}
