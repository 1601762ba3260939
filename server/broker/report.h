#ifndef REPORT_H
#define REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "server/broker/client_table.h"
#include "server/model/broker_topic.h"
#include "server/pki/certificate_facts.h"

// What the plugin tells the daemon, as JSON.

#define REPORT_SIZE 4096
#define REPORT_TOPIC_SIZE (sizeof BROKER_TOPIC_LIMIT + IDENTITY_NAME_SIZE)

// {"number", "entries", "disconnected", "error"}; error: NULL if all is well.
void report_format_list(uint64_t number, size_t entries, unsigned disconnected, const char *error,
    char out[REPORT_SIZE]);

// {"serial", "common_name", "unit", "server", "fingerprint", "ca", "not_before_ms",
// "not_after_ms"}: a certificate by which somebody was let in.
void report_format_certificate(const struct certificate_facts *facts, char out[REPORT_SIZE]);

// {"messages", "bytes", "subscriptions", "connections", "reason", "disconnected_s"} by the topic of
// a client: what was dropped of it, and for how long it is shut out from now on.
void report_format_limit(const struct client *client, int64_t now_ms, char out[REPORT_SIZE]);
void report_limit_topic(const struct client *client, char out[REPORT_TOPIC_SIZE]);

#endif
