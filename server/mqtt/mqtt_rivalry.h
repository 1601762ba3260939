#ifndef MQTT_RIVALRY_H
#define MQTT_RIVALRY_H

#include <stdbool.h>
#include <stdint.h>

// Whether another client takes this one's place at the broker, again and again: the broker then
// ends the older connection without a word (MQTT 3.1.1, 3.1.4). All zero at the start. Pure; times
// are monotonic.
struct mqtt_rivalry {
    int64_t connected_at_ms;
    unsigned soon_lost; // connections in a row
    unsigned failures;  // attempts and short connections in a row, for mqtt_delay_ms()
};

void mqtt_rivalry_note_connected(struct mqtt_rivalry *rivalry, int64_t now_ms);

// A connection came about (or not) and has ended, by the broker's will or not.
void mqtt_rivalry_note_end(
    struct mqtt_rivalry *rivalry, bool was_connected, bool by_broker, int64_t now_ms);

bool mqtt_rivalry_is_likely(const struct mqtt_rivalry *rivalry);

// Whether a connection that has lasted until now ends the suspicion; if so, it has.
bool mqtt_rivalry_is_over(struct mqtt_rivalry *rivalry, int64_t now_ms);

#endif
