#ifndef FIRMWARE_CORE_MQTT_H
#define FIRMWARE_CORE_MQTT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/core/failure.h"
#include "firmware/core/mqtt_packet.h"
#include "firmware/core/settings.h"
#include "firmware/core/timer.h"
#include "firmware/core/tls.h"

#define MQTT_RECEIVE_SIZE 768 // a longer message is acknowledged and dropped
#define MQTT_SEND_SIZE 1280 // room for the largest status and, beside it, an event of ordinary size
#define MQTT_KEEPALIVE_S 60
#define MQTT_PING_MS 45000   // between two PINGREQs, whatever else is sent or received
#define MQTT_ANSWER_MS 15000 // for CONNACK, SUBACK, PUBACK and PINGRESP
#define MQTT_LEAVE_MS 1000   // for the broker to close after DISCONNECT

enum mqtt_phase {
    MQTT_IDLE,
    MQTT_TLS,
    MQTT_CONNECTING, // CONNECT is sent
    MQTT_SUBSCRIBING,
    MQTT_ONLINE,
    MQTT_LEAVING,
};

// What mqtt_step() may return besides STEP_DONE, STEP_AGAIN and failures.
#define MQTT_STEP_ONLINE 2  // connected and subscribed, now
#define MQTT_STEP_MESSAGE 3 // *message holds one, until the next step
#define MQTT_STEP_ACK 4     // the broker has the last publication of QoS 1

// One session at the broker.
struct mqtt {
    struct tls *tls;
    enum mqtt_phase phase;
    char mac[13];
    size_t received_used;
    size_t received_done; // bytes of the packet handled last
    size_t skip;          // bytes of a message too long that are still to come
    size_t unsent_used;
    uint16_t last_id;
    uint16_t open_id; // of the publication that waits for its PUBACK; 0: none
    bool ping_open;
    struct timer ping;
    struct timer answer;
    uint8_t received[MQTT_RECEIVE_SIZE];
    uint8_t unsent[MQTT_SEND_SIZE];
};

// Begins a session of the device at that of the settings' brokers whose turn it is: client id, will
// and subscription are the wire contract's. tls must outlive it.
int mqtt_start(struct mqtt *mqtt, struct tls *tls, const struct settings *settings, const char *mac,
    struct failure *failure);

// Goes on: STEP_AGAIN, one of MQTT_STEP_*, STEP_DONE when it has left, or a failure, after which
// mqtt_stop() must be called. RESULT_MQTT_REFUSED, RESULT_MQTT_MALFORMED, RESULT_TIMEOUT, and those
// of tls.
int mqtt_step(struct mqtt *mqtt, struct mqtt_packet_publish *message, struct failure *failure);

// Sends a publication. False if it cannot be taken now: not online, no room, or of QoS 1 while
// another waits for its PUBACK.
bool mqtt_publish(
    struct mqtt *mqtt, const char *topic, const char *payload, size_t n, unsigned qos);

// Sends DISCONNECT, so that no will is published. Messages may still arrive until STEP_DONE.
void mqtt_leave(struct mqtt *mqtt);

// When to call again without the stream being ready, in ms.
uint32_t mqtt_wait_ms(const struct mqtt *mqtt, uint32_t now_ms);

// Ends it where it stands.
void mqtt_stop(struct mqtt *mqtt);

#endif
