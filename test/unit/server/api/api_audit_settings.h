#ifndef TEST_SERVER_API_API_AUDIT_SETTINGS_H
#define TEST_SERVER_API_API_AUDIT_SETTINGS_H

// Steps of api_audit_test.c: a group; a rule for a member of an app's own, a value,
// and all taken back.

#define SETTINGS_STEPS                                                                             \
    {API "/groups", API "/groups", TEXT, "{\"name\": \"low\", \"filter\": \"tag=cellar\"}", "set", \
        "group", "low", "tag=cellar"},                                                             \
        {API "/groups/:/channel", API "/groups/low/channel?channel=beta", TEXT, "", "channel",     \
            "group", "low", "\"channel\":\"beta\""},                                               \
        {API "/settings/schema", API "/settings/schema", TEXT, "{\"properties\":{\"p\":{}}}",      \
            "add", "settings", "schema", "\"p\""},                                                 \
        {API "/settings", API "/settings?scope=fleet", TEXT, "{\"p\": 1}", "set", "settings",      \
            "fleet", "p"},                                                                         \
        {API "/settings/history/:/revert", API "/settings/history/1/revert", TEXT, "", "revert",   \
            "settings", "fleet", ""},                                                              \
        {API "/settings/schema/:/remove", API "/settings/schema/p/remove", TEXT, "", "remove",     \
            "settings", "schema", ""},                                                             \
        {API "/groups/:/remove", API "/groups/low/remove", TEXT, "", "remove", "group", "low",     \
            ""},

#endif
