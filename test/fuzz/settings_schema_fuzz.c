// Schemas of an app's members, and values by them.
#include "server/settings/settings_schema.h"
#include "test/fuzz/fuzz.h"

static void judge(const json_t *rule)
{
    json_t *values = json_pack("[s, i, f, b, {}, []]", "text", 5, 5.5, 1);
    size_t i;
    json_t *value;

    json_array_foreach(values, i, value)
    {
        struct err err = {0};
        int rc = settings_schema_judge(rule, value, &err);

        FUZZ_CHECK(rc == 0 || (rc == ERR_INVALID && err.message[0] != '\0'));
        FUZZ_CHECK(rc == 0 || json_object_size(rule) > 0); // without words it takes anything
    }
    json_decref(values);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct err err = {0};
    json_t *rules = NULL;
    const char *name;
    json_t *rule;

    if (settings_schema_read(fuzz_bytes(p, n), n, &rules, &err) < 0) {
        FUZZ_CHECK(rules == NULL && err.code != 0 && err.message[0] != '\0');
        return 0;
    }
    FUZZ_CHECK(json_object_size(rules) > 0);
    json_object_foreach(rules, name, rule)
    {
        judge(rule);
    }
    json_decref(rules);
    return 0;
}
