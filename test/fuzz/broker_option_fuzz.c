// Options of the broker's plugin: a key in the first line, its value in the second.
#include <string.h>

#include "server/broker/broker_options.h"
#include "test/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct fuzz_input input = {p, n};
    struct broker_options options;
    struct err err = {0};
    char *key = fuzz_take_line(&input);
    char *value = fuzz_take_line(&input);

    if (broker_options_init(&options) < 0)
        return 0;
    int rc = broker_options_set(&options, key, value, &err);

    FUZZ_CHECK((rc < 0) == (err.code != 0));
    FUZZ_CHECK(err.code == 0 || err.message[0] != '\0');
    // no option is without a bound
    FUZZ_CHECK(options.limits.messages_burst >= 1 && options.limits.messages_burst <= 100000000);
    FUZZ_CHECK(options.limits.payload_bytes >= 1 && options.limits.payload_bytes <= 100000000);
    FUZZ_CHECK(!access_table_is_unbounded(options.table, ACCESS_TABLE_DEVICE));
    FUZZ_CHECK(!access_table_allows(options.table, ACCESS_TABLE_DEVICE, "84f3eb00000a",
        ACCESS_TABLE_READ, "/status/84f3eb00000a"));
    // whatever a role may, the plugin alone speaks there
    for (int role = 0; role <= ACCESS_TABLE_MORE; role++)
        FUZZ_CHECK(!access_table_allows(
            options.table, role, "84f3eb00000a", ACCESS_TABLE_WRITE, "/broker/revocations"));
    broker_options_clear(&options);
    return 0;
}
