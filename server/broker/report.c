// What the plugin tells the daemon.
#include "server/broker/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ESCAPED_MAX 6

// Writes a text as a JSON string (RFC 8259, 7), cut where it gets too long.
static void format_string(const char *text, char *out, size_t size)
{
    size_t n = 0;

    out[n++] = '"';
    for (const char *s = text; *s != '\0' && n + ESCAPED_MAX + sizeof "\"" <= size; s++) {
        // what is beyond ASCII is no part of our own messages, and may be no UTF-8
        if ((unsigned char)*s < ' ' || (unsigned char)*s > '~')
            n += (size_t)sprintf(out + n, "\\u%04x", (unsigned)(unsigned char)*s);
        else if (*s == '"' || *s == '\\')
            n += (size_t)sprintf(out + n, "\\%c", *s);
        else
            out[n++] = *s;
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
    snprintf(out, REPORT_TOPIC_SIZE, "/broker/limit/%s", client->identity.name);
}
