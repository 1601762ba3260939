// What the plugin tells the daemon.
#include "server/broker/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "server/base/utf8.h"

#define ESCAPED_MAX 6

// Writes a text as a JSON string (RFC 8259, 7), cut where it gets too long.
static void format_string(const char *text, char *out, size_t size)
{
    size_t n = 0;
    size_t left = strlen(text);

    out[n++] = '"';
    while (left > 0 && n + ESCAPED_MAX + sizeof "\"" <= size) {
        size_t length = utf8_sequence_length((const uint8_t *)text, left);

        if (length <= 1 && ((unsigned char)*text < ' ' || (unsigned char)*text > '~'))
            n += (size_t)sprintf(out + n, "\\u%04x", (unsigned)(unsigned char)*text);
        else if (length <= 1)
            n += (size_t)sprintf(out + n, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
        else
            n += (size_t)sprintf(out + n, "%.*s", (int)length, text);
        length += length == 0; // no UTF-8: byte by byte
        text += length;
        left -= length;
    }
    memcpy(out + n, "\"", sizeof "\"");
}

void report_format_list(uint64_t number, size_t entries, unsigned disconnected, const char *error,
    char out[REPORT_SIZE])
{
    char text[REPORT_SIZE - 128] = "null";

    if (error != NULL)
        format_string(error, text, sizeof text);
    snprintf(out, REPORT_SIZE,
        "{\"number\": %" PRIu64 ", \"entries\": %zu, \"disconnected\": %u, \"error\": %s}", number,
        entries, disconnected, text);
}

void report_format_certificate(const struct certificate_facts *facts, char out[REPORT_SIZE])
{
    char name[ESCAPED_MAX * sizeof facts->common_name];
    char unit[ESCAPED_MAX * sizeof facts->unit];

    format_string(facts->common_name, name, sizeof name);
    format_string(facts->unit, unit, sizeof unit);
    snprintf(out, REPORT_SIZE,
        "{\"serial\": \"%s\", \"common_name\": %s, \"unit\": %s, \"server\": %s, "
        "\"fingerprint\": \"%s\", \"ca\": \"%s\", \"not_before_ms\": %" PRId64
        ", \"not_after_ms\": %" PRId64 "}",
        facts->serial, name, unit, facts->is_server ? "true" : "false", facts->fingerprint,
        facts->ca, facts->begins_ms, facts->not_after_ms);
}

void report_format_limit(const struct client *client, int64_t now_ms, char out[REPORT_SIZE])
{
    const struct client_dropped *dropped = &client->dropped;
    int64_t left_ms = client->shut_out_until_ms > now_ms ? client->shut_out_until_ms - now_ms : 0;

    snprintf(out, REPORT_SIZE,
        "{\"messages\": %" PRIu64 ", \"bytes\": %" PRIu64 ", \"subscriptions\": %" PRIu64
        ", \"connections\": %" PRIu64 ", \"reason\": \"%s\", \"disconnected_s\": %" PRId64 "}",
        dropped->messages, dropped->bytes, dropped->subscriptions, dropped->connections,
        client->reason != NULL ? client->reason : "", (left_ms + 999) / 1000);
}

void report_limit_topic(const struct client *client, char out[REPORT_TOPIC_SIZE])
{
    snprintf(out, REPORT_TOPIC_SIZE, BROKER_TOPIC_LIMIT "%s", client->identity.name);
}
