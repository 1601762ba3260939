// A file of Wi-Fi networks, as the operator gives it.
#include <string.h>

#include "server/base/utf8.h"
#include "server/ctl/wifi_file.h"
#include "test/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct wifi_file file;
    struct err err = {0};

    fuzz_fill(&file, sizeof file);
    if (wifi_file_parse((const char *)fuzz_bytes(p, n), n, &file, &err) < 0) {
        FUZZ_CHECK(fuzz_is_untouched(&file, sizeof file));
        FUZZ_CHECK(err.code == ERR_INVALID && err.message[0] != '\0');
        return 0;
    }
    FUZZ_CHECK(file.count >= 1 && file.count <= WIFI_NETWORKS_MAX);
    for (size_t i = 0; i < file.count; i++) {
        FUZZ_CHECK(wifi_networks_refuse(&file.networks[i]) == NULL);
        FUZZ_CHECK(utf8_is_valid(file.networks[i].ssid));
    }
    return 0;
}
