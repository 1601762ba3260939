// A status as Home Assistant is told of it: whatever a device says, announcement and state can be
// written, and are no longer than the broker takes.
#include <stdlib.h>
#include <string.h>

#include "server/homeassistant/homeassistant_config.h"
#include "server/homeassistant/homeassistant_shown.h"
#include "server/homeassistant/homeassistant_state.h"
#include "test/fuzz/fuzz.h"

static void check(
    const struct homeassistant_device *device, const struct homeassistant_members *gone)
{
    char *text = NULL;
    size_t size = 0;

    FUZZ_CHECK(homeassistant_config_write(device, gone, &text, &size) == 0);
    FUZZ_CHECK(size <= HOMEASSISTANT_CONFIG_MAX && strlen(text) == size);
    free(text);
    FUZZ_CHECK(homeassistant_state_write(device, &text, &size) == 0);
    FUZZ_CHECK(size < 16000 && strlen(text) == size);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct homeassistant_device device = {.record = {.mac = "84f3eb000001"}, .latest = "B-1"};
    struct homeassistant_shown shown = {.image = "B-0"};
    size_t half = n / 2;

    homeassistant_members_read(fuzz_bytes(p, half), half, &device.members);
    homeassistant_shown_take(&shown, "B-0", &device.members);
    check(&device, &shown.gone);
    homeassistant_members_read(fuzz_bytes(p + half, n - half), n - half, &device.members);
    homeassistant_shown_take(&shown, "B-1", &device.members);
    FUZZ_CHECK(device.members.count <= HOMEASSISTANT_MEMBERS_MAX);
    check(&device, &shown.gone);
    return 0;
}
