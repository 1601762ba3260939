#ifndef TOPIC_RULE_H
#define TOPIC_RULE_H

#include <stdbool.h>

// A rule is a topic filter of MQTT (3.1.1, 4.7) in which a level may also be %m: a device's own MAC
// in any spelling that mac_parse() knows. What begins with '$' fits no rule.

// Whether a rule is one: levels in full, '#' last, not too long, nothing that begins with '$'.
bool topic_rule_is_valid(const char *rule);

// Whether a topic fits. mac: canonical, or "" if it is nobody's: then no %m fits.
bool topic_rule_matches(const char *rule, const char *mac, const char *topic);

// Whether each topic that fits a filter also fits the rule. A filter that is none (MQTT 4.7.1) is
// not covered, nor is a shared one ($share).
bool topic_rule_covers(const char *rule, const char *mac, const char *filter);

#endif
