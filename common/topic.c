// MQTT topics of the wire contract.
#include "common/topic.h"

#include <string.h>

static const struct {
    enum topic_kind kind;
    const char *prefix;
} prefixes[] = {
    {TOPIC_STATUS, "/status/"},
    {TOPIC_COMMAND, "/command/"},
    {TOPIC_WILL, "/will/"},
    {TOPIC_EVENT, "/event/"},
};

// What may follow the MAC, for each kind.
static bool parse_rest(const char *s, size_t n, struct topic *topic)
{
    switch (topic->kind) {
    case TOPIC_STATUS:
    case TOPIC_EVENT: return n == 0;
    case TOPIC_WILL: return n == 0 || (n == 5 && memcmp(s, "/will", 5) == 0);
    case TOPIC_COMMAND:
        if (n < 2 || n - 1 > TOPIC_COMMAND_MAX || s[0] != '/')
            return false;
        if (memchr(s + 1, '/', n - 1) != NULL || memchr(s + 1, '\0', n - 1) != NULL)
            return false;
        memcpy(topic->command, s + 1, n - 1);
        return true;
    }
    return false;
}

bool topic_parse(const char *s, size_t n, struct topic *out)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t length = strlen(prefixes[i].prefix);
        struct topic topic = {.kind = prefixes[i].kind};

        if (n < length + MAC_LENGTH || memcmp(s, prefixes[i].prefix, length) != 0)
            continue;
        if (!mac_is_valid(s + length, MAC_LENGTH))
            return false;
        memcpy(topic.mac, s + length, MAC_LENGTH);
        length += MAC_LENGTH;
        if (!parse_rest(s + length, n - length, &topic))
            return false;
        *out = topic;
        return true;
    }
    return false;
}

static bool append(char out[TOPIC_SIZE], size_t *n, const char *s)
{
    size_t length = strlen(s); // cppcheck-suppress ctunullpointer ; no command: no such topic

    if (*n + length >= TOPIC_SIZE)
        return false;
    memcpy(out + *n, s, length + 1);
    *n += length;
    return true;
}

size_t topic_format(
    char out[TOPIC_SIZE], enum topic_kind kind, const char *mac, const char *command)
{
    size_t n = 0;

    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (prefixes[i].kind == kind && !append(out, &n, prefixes[i].prefix))
            return 0;
    }
    if (!append(out, &n, mac))
        return 0;
    if (kind == TOPIC_WILL && !append(out, &n, "/will"))
        return 0;
    if (kind == TOPIC_COMMAND && (!append(out, &n, "/") || !append(out, &n, command)))
        return 0;
    return n;
}
