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

static void enter(struct station *station, enum station_state state, uint32_t now_ms)
{
    station->state = state;
    station->since_ms = now_ms;
    station->contradictions = 0;
}

static enum station_action connect_to(struct station *station, uint32_t now_ms)
{
    enter(station, STATION_CONNECTING, now_ms);
    return station->is_stored ? STATION_CONNECT : STATION_TRY;
}

// A driver that was started twice says so twice.
static enum station_action take_start(struct station *station, bool is_stored, uint32_t now_ms)
{
    if (station->state != STATION_OFF)
        return STATION_NOTHING;
    station->is_stored = is_stored;
    if (is_stored)
        return connect_to(station, now_ms);
    enter(station, STATION_SMARTCONFIG, now_ms);
    station->has_smartconfig = true;
    return STATION_LISTEN;
}

static enum station_action take_channel(struct station *station, uint32_t now_ms)
{
    if (station->state == STATION_SMARTCONFIG && !station->has_channel) {
        station->has_channel = true;
        station->since_ms = now_ms;
    }
    return STATION_NOTHING;
}

static void pause_for(struct station *station, uint32_t pause_ms, uint32_t now_ms)
{
    enter(station, STATION_PAUSE, now_ms);
    station->pause_ms = pause_ms;
}

static enum station_action take_disconnect(struct station *station, uint32_t now_ms, uint8_t random)
{
    bool has_next = station->state == STATION_CONNECTING && station->is_stored &&
                    station->network + 1 < station->networks;

    if (station->state != STATION_CONNECTING && station->state != STATION_UP)
        return STATION_NOTHING; // our own doing: SmartConfig, or a pause already
    if (!station->is_stored && station->failures + 1 >= STATION_SMARTCONFIG_TRIES)
        return STATION_RESTART;
    if (has_next) {
        station->network++;
        pause_for(station, STATION_NEXT_MS, now_ms);
        return STATION_NOTHING;
    }
    station->network = 0;
    pause_for(station, pause_after(station->failures, random), now_ms);
    station->failures++;
    return STATION_NOTHING;
}

// The driver's event may come or not: it is a pause already.
static enum station_action give_up(struct station *station, uint32_t now_ms, uint8_t random)
{
    enum station_action action = take_disconnect(station, now_ms, random);

    return action == STATION_NOTHING ? STATION_GIVE_UP : action;
}

static enum station_action take_address(struct station *station, uint32_t now_ms)
{
    bool was_stored = station->is_stored;

    if (station->state != STATION_CONNECTING && station->state != STATION_UP)
        return STATION_NOTHING; // of a connection that has been given up
    enter(station, STATION_UP, now_ms);
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

static enum station_action start_again(struct station *station, uint32_t now_ms)
{
    station->since_ms = now_ms;
    return STATION_START;
}

static enum station_action take_tick(struct station *station, uint32_t now_ms, uint8_t random)
{
    uint32_t elapsed_ms = now_ms - station->since_ms;
    uint32_t listen_ms = station->has_channel ? STATION_CHANNEL_MS : STATION_LISTEN_MS;

    switch (station->state) {
    case STATION_OFF:
        return elapsed_ms >= STATION_START_MS ? start_again(station, now_ms) : STATION_NOTHING;
    case STATION_SMARTCONFIG: return elapsed_ms >= listen_ms ? STATION_RESTART : STATION_NOTHING;
    case STATION_PAUSE:
        return elapsed_ms >= station->pause_ms ? connect_to(station, now_ms) : STATION_NOTHING;
    case STATION_CONNECTING:
        return elapsed_ms >= STATION_CONNECTING_MS ? give_up(station, now_ms, random)
                                                   : STATION_NOTHING;
    case STATION_UP:
        return elapsed_ms >= STATION_ACKNOWLEDGE_MS ? end_smartconfig(station) : STATION_NOTHING;
    }
    return STATION_NOTHING;
}

enum station_action station_step(
    struct station *station, enum station_event event, uint32_t now_ms, uint8_t random)
{
    switch (event) {
    case STATION_STARTED_WITH_CREDENTIALS: return take_start(station, true, now_ms);
    case STATION_STARTED_WITHOUT: return take_start(station, false, now_ms);
    case STATION_FOUND_CHANNEL: return take_channel(station, now_ms);
    case STATION_GOT_CREDENTIALS:
        return station->state == STATION_SMARTCONFIG ? connect_to(station, now_ms)
                                                     : STATION_NOTHING;
    case STATION_GOT_ADDRESS: return take_address(station, now_ms);
    case STATION_DISCONNECTED: return take_disconnect(station, now_ms, random);
    case STATION_ACKNOWLEDGED: return end_smartconfig(station);
    case STATION_TICK: return take_tick(station, now_ms, random);
    }
    return STATION_NOTHING;
}

// Either an event has been lost, or it is on its way and the next look finds no contradiction.
static bool is_contradicted(const struct station *station, const struct station_facts *facts)
{
    bool is_up = facts->is_associated && facts->has_address;

    return (station->state == STATION_UP && !is_up) ||
           (station->state == STATION_CONNECTING && is_up);
}

enum station_action station_look(
    struct station *station, const struct station_facts *facts, uint32_t now_ms, uint8_t random)
{
    station->contradictions = is_contradicted(station, facts) ? station->contradictions + 1 : 0;
    if (station->contradictions < STATION_LOOKS)
        return STATION_NOTHING;
    return station->state == STATION_CONNECTING ? take_address(station, now_ms)
                                                : give_up(station, now_ms, random);
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
