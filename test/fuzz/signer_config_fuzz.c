// The signer's configuration file.
#include "server/signer/signer_config.h"

#include <string.h>

#include "server/signer/signer_hour.h"
#include "test/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct signer_config config;
    struct err err = {0};

    fuzz_fill(&config, sizeof config);
    if (signer_config_parse("FILE", (const char *)fuzz_bytes(p, n), n, &config, &err) < 0) {
        FUZZ_CHECK(fuzz_is_untouched(&config, sizeof config));
        FUZZ_CHECK(err.code == ERR_INVALID && strncmp(err.message, "FILE:", 5) == 0);
        return 0;
    }
    FUZZ_CHECK(config.folder[0] == '/' && config.socket[0] == '/' && config.client[0] != '\0');
    FUZZ_CHECK(config.policy.days >= 1 && config.policy.days <= 36500);
    FUZZ_CHECK(config.policy.per_hour >= 1 && config.policy.per_hour <= SIGNER_HOUR_MOST);
    FUZZ_CHECK(config.policy.allows_p256 || config.policy.allows_rsa);
    FUZZ_CHECK(config.policy.prefix_count <= SIGNER_POLICY_PREFIXES_MAX);
    for (size_t i = 0; i < config.policy.prefix_count; i++)
        FUZZ_CHECK(strlen(config.policy.prefixes[i]) >= 1 &&
                   strlen(config.policy.prefixes[i]) <= MAC_LENGTH);
    signer_config_clear(&config);
    return 0;
}
