#ifndef BROKER_TOPIC_H
#define BROKER_TOPIC_H

// The topics on which the broker's plugin speaks to the daemon, and nobody else to anybody.

#define BROKER_TOPIC_ROOT "/broker/"
#define BROKER_TOPIC_ALL BROKER_TOPIC_ROOT "#"

#define BROKER_TOPIC_REVOCATIONS BROKER_TOPIC_ROOT "revocations"   // which list it goes by
#define BROKER_TOPIC_CERTIFICATES BROKER_TOPIC_ROOT "certificates" // by which somebody came
#define BROKER_TOPIC_LIMIT BROKER_TOPIC_ROOT "limit/"         // and a name: what it is bounded in
#define BROKER_TOPIC_ORDERS BROKER_TOPIC_ROOT "homeassistant" // what it ordered (gate_orders.h)

#endif
