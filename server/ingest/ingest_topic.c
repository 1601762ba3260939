// Devices by the topics on which they speak.
#include "server/ingest/ingest_topic.h"

#include <stdio.h>
#include <string.h>

// The part of a topic that names the device: behind the second slash, up to the third or the end.
static const char *find_name(const char *text, size_t *n)
{
    const char *name = text[0] == '/' ? strchr(text + 1, '/') : NULL;

    if (name == NULL)
        return NULL;
    name++;
    *n = strcspn(name, "/");
    return name;
}

bool ingest_topic_parse(const char *text, struct ingest_topic *out)
{
    char usual[TOPIC_SIZE];
    struct topic topic;
    size_t n;
    const char *name = find_name(text, &n);

    out->spelling[0] = '\0';
    if (name == NULL || n >= sizeof out->spelling)
        return false;
    if (!topic_parse(text, strlen(text), &topic)) {
        memcpy(out->spelling, name, n);
        out->spelling[n] = '\0';
        if (!mac_parse(out->spelling, topic.mac))
            return false;

        int length = snprintf(
            usual, sizeof usual, "%.*s%s%s", (int)(name - text), text, topic.mac, name + n);

        if (length < 0 || (size_t)length >= sizeof usual ||
            !topic_parse(usual, (size_t)length, &topic))
            return false;
    }
    out->kind = topic.kind;
    memcpy(out->mac, topic.mac, sizeof out->mac);
    return topic.kind != TOPIC_COMMAND;
}
