// What a topic filter with a device's own MAC covers.
#include "server/broker/topic_rule.h"

#include <stddef.h>
#include <string.h>

#include "common/mac.h"

#define OWN_MAC "%m"
#define RULE_MAX 256   // bytes
#define SPELLED_MAX 17 // 84:f3:eb:01:23:45
#define IS(level, text) ((level).n == sizeof(text) - 1 && memcmp((level).s, text, (level).n) == 0)

// Part of a topic between slashes.
struct level {
    const char *s;
    size_t n;
    bool has_wildcard;
};

// Looked at once for each rule and message.
static struct level level_at(const char *s)
{
    struct level level = {.s = s};

    for (; s[level.n] != '/' && s[level.n] != '\0'; level.n++)
        level.has_wildcard = level.has_wildcard || s[level.n] == '+' || s[level.n] == '#';
    return level;
}

// Moves on to the next level; false behind the last.
static bool next_level(struct level *level)
{
    const char *end = level->s + level->n;

    if (*end == '\0')
        return false;
    *level = level_at(end + 1);
    return true;
}

static bool is_own_mac(struct level level, const char *mac)
{
    char spelled[SPELLED_MAX + 1];
    char parsed[MAC_SIZE];

    if (mac[0] == '\0' || level.n > SPELLED_MAX)
        return false;
    if (level.n == MAC_LENGTH && memcmp(level.s, mac, MAC_LENGTH) == 0)
        return true;
    memcpy(spelled, level.s, level.n);
    spelled[level.n] = '\0';
    return mac_parse(spelled, parsed) && strcmp(parsed, mac) == 0;
}

// Of a filter: '+' and '#' stand alone, '#' comes last.
static bool is_level(struct level level, bool is_filter)
{
    if (!level.has_wildcard)
        return true;
    return is_filter && (IS(level, "+") || (IS(level, "#") && level.s[1] == '\0'));
}

bool topic_rule_is_valid(const char *rule)
{
    struct level level = level_at(rule);

    if (rule[0] == '\0' || rule[0] == '$' || strlen(rule) > RULE_MAX)
        return false;
    do {
        if (!is_level(level, true))
            return false;
        if (memchr(level.s, '%', level.n) != NULL && !IS(level, OWN_MAC))
            return false;
    } while (next_level(&level));
    return true;
}

// Whether one level of a rule, which is not '#', covers one of a topic or filter.
static bool covers_level(struct level rule, const char *mac, struct level other)
{
    if (IS(other, "#"))
        return false;
    if (IS(rule, "+"))
        return true;
    if (IS(rule, OWN_MAC))
        return is_own_mac(other, mac);
    return rule.n == other.n && memcmp(rule.s, other.s, rule.n) == 0;
}

// What stands for something else.
static bool is_special(char c)
{
    return c == '+' || c == '#' || c == '%';
}

// Passes over the levels that are alike, and returns false if what follows cannot be: most rules
// are for other topics. "a/#" covers "a" too.
static bool pass_alike(const char **rule, const char **other)
{
    const char *r = *rule;
    const char *o = *other;

    while (*r == *o && *r != '\0' && !is_special(*r)) {
        bool ends_level = *r == '/';

        r++;
        o++;
        if (ends_level) {
            *rule = r;
            *other = o;
        }
    }
    return is_special(*r) || *r == *o || (*r == '/' && *o == '\0');
}

static bool covers(const char *rule, const char *mac, const char *other, bool is_filter)
{
    if (other[0] == '\0' || other[0] == '$' || !pass_alike(&rule, &other))
        return false;

    struct level own = level_at(rule);
    struct level theirs = level_at(other);
    bool more_own = true;
    bool more_theirs = true;
    bool rest = false; // the rule's '#' has been reached

    while (more_theirs) {
        if (!is_level(theirs, is_filter))
            return false;
        rest = rest || (more_own && IS(own, "#"));
        if (!rest && (!more_own || !covers_level(own, mac, theirs)))
            return false;
        more_own = !rest && next_level(&own);
        more_theirs = next_level(&theirs);
    }
    // "a/#" covers "a" too
    return rest || !more_own || IS(own, "#");
}

bool topic_rule_matches(const char *rule, const char *mac, const char *topic)
{
    return covers(rule, mac, topic, false);
}

bool topic_rule_covers(const char *rule, const char *mac, const char *filter)
{
    return covers(rule, mac, filter, true);
}
