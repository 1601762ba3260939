// Topics and filters as a client brings them: what a filter covers is what fits it, and nobody but
// the daemon and those who listen reaches another device.
#include <string.h>

#include "common/topic.h"
#include "server/broker/access_table.h"
#include "server/broker/topic_rule.h"
#include "test/fuzz/fuzz.h"

#define MAC "84f3eb00000a"

// A device touches no topic of another one's.
static void check_device(const struct access_table *table, const char *text)
{
    struct topic topic;
    bool says = access_table_allows(table, ACCESS_TABLE_DEVICE, MAC, ACCESS_TABLE_WRITE, text);
    bool hears = access_table_allows(table, ACCESS_TABLE_DEVICE, MAC, ACCESS_TABLE_READ, text);
    bool asks = access_table_allows_filter(table, ACCESS_TABLE_DEVICE, MAC, text);

    if (text[0] == '$' || strpbrk(text, "+#") != NULL)
        FUZZ_CHECK(!says && !hears);
    if (says || hears || asks)
        FUZZ_CHECK(text[0] == '/');
    if (topic_parse(text, strlen(text), &topic) && strcmp(topic.mac, MAC) != 0)
        FUZZ_CHECK(!says && !hears && !asks);
    if (asks && strpbrk(text, "+#") == NULL)
        FUZZ_CHECK(hears);
}

// Filter and topic: if the rule covers the one, and the other fits it, the other fits the rule.
static void check_cover(const char *rule, const char *filter, const char *topic)
{
    if (!topic_rule_is_valid(rule) || !topic_rule_is_valid(filter))
        return;
    FUZZ_CHECK(strstr(rule, "%m") != NULL || topic_rule_covers(rule, MAC, rule));
    if (strstr(filter, "%m") == NULL && topic_rule_covers(rule, MAC, filter) &&
        topic_rule_matches(filter, "", topic))
        FUZZ_CHECK(topic_rule_matches(rule, MAC, topic));
    if (topic_rule_matches(rule, MAC, topic))
        FUZZ_CHECK(topic_rule_covers(rule, MAC, topic));
    if (topic_rule_matches(rule, "", topic))
        FUZZ_CHECK(topic_rule_matches(rule, MAC, topic));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct fuzz_input input = {p, n};
    struct access_table *table;
    char *rule = fuzz_take_line(&input);
    char *filter = fuzz_take_line(&input);
    char *topic = fuzz_take_line(&input);

    check_cover(rule, filter, topic);
    if (access_table_new(&table) < 0)
        return 0;
    check_device(table, topic);
    check_device(table, filter);
    // a line of the configuration
    if (access_table_add(table, rule, NULL) == 0)
        FUZZ_CHECK(access_table_find(table, "device") == ACCESS_TABLE_DEVICE);
    check_device(table, topic);
    access_table_free(table);
    return 0;
}
