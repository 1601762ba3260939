// MQTT topics: what is read is written back as it was.
#include <string.h>

#include "common/topic.h"
#include "test/fuzz/fuzz.h"

static void check_spelling(const struct topic *topic, const char *s, size_t n)
{
    char text[TOPIC_SIZE];
    size_t length = topic_format(text, topic->kind, topic->mac, topic->command);

    FUZZ_CHECK(length > 0 && length < TOPIC_SIZE && strlen(text) == length);
    if (topic->kind == TOPIC_WILL && length != n) { // its short form
        FUZZ_CHECK(length == n + strlen("/will"));
        FUZZ_CHECK(strcmp(text + n, "/will") == 0);
    } else {
        FUZZ_CHECK(length == n);
    }
    FUZZ_CHECK(memcmp(text, s, n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const char *s = (const char *)fuzz_bytes(p, n);
    struct topic topic;

    fuzz_fill(&topic, sizeof topic);
    if (!topic_parse(s, n, &topic)) {
        FUZZ_CHECK(fuzz_is_untouched(&topic, sizeof topic));
        return 0;
    }
    FUZZ_CHECK(memchr(topic.command, '\0', sizeof topic.command) != NULL);
    FUZZ_CHECK(topic.mac[MAC_LENGTH] == '\0' && mac_is_valid(topic.mac, MAC_LENGTH));
    FUZZ_CHECK((topic.command[0] != '\0') == (topic.kind == TOPIC_COMMAND));
    FUZZ_CHECK(strchr(topic.command, '/') == NULL);
    check_spelling(&topic, s, n);
    return 0;
}
