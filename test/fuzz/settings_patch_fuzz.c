// Merge patches of config.json: what is accepted stays within its bounds, and devices take it.
#include <stdlib.h>
#include <string.h>

#include "common/contract.h"
#include "firmware/core/settings.h"
#include "server/settings/settings_check.h"
#include "server/settings/settings_judge.h"
#include "server/settings/settings_merge.h"
#include "server/settings/settings_render.h"
#include "test/fuzz/fuzz.h"

// Whoever may get it must be able to use it.
static void take(const json_t *effective)
{
    static const struct settings_judge_server server = {
        .path = "/download", .port = 8443, .other_server = "other", .offline_after_ms = 180000};
    struct settings settings;
    struct failure failure;
    uint8_t *text;
    size_t n;

    if (settings_judge_whole(effective, &server, NULL) < 0)
        return;
    FUZZ_CHECK(settings_render_file(effective, &text, &n) == 0);
    FUZZ_CHECK(n <= CONTRACT_FILE_MAX);
    FUZZ_CHECK(settings_parse((char *)text, n, &settings, &failure) == 0);
    free(text);
}

static void apply(const json_t *patch)
{
    json_t *base = json_pack("{ss ss ss ss si}", "downloadserver", "here", "downloadport", "8443",
        "downloadpath", "download", "mqttserver", "broker", "mqttport", 8883);
    json_t *effective = NULL;

    if (settings_render_merge(base, &patch, 1, &effective) == 0)
        take(effective);
    json_decref(effective);
    json_decref(base);
}

// A layer that was written is read back as it was.
static void write_back(const json_t *patch)
{
    char *text;
    json_t *again;

    if (settings_check_write(patch, &text, NULL) < 0)
        return;
    FUZZ_CHECK(strlen(text) <= SETTINGS_PATCH_SIZE_MAX);
    again = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    FUZZ_CHECK(json_equal(patch, again));
    json_decref(again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    json_t *rules = json_pack("{s{} s{ss si} s{ss si}}", "any", "pump", "type", "integer",
        "maximum", 9, "label", "type", "string", "maxLength", 4);
    struct err err = {0};
    json_t *patch = NULL;
    json_t *normal = NULL;

    if (settings_check_read(fuzz_bytes(p, n), n, &patch, &err) < 0)
        FUZZ_CHECK(patch == NULL && err.code != 0 && err.message[0] != '\0');
    else if (settings_check_patch(patch, rules, &normal, &err) < 0)
        FUZZ_CHECK(normal == NULL && err.code == ERR_INVALID && err.message[0] != '\0');
    if (normal != NULL) {
        FUZZ_CHECK(json_object_size(normal) == json_object_size(patch));
        apply(normal);
        write_back(normal);
    }
    json_decref(normal);
    json_decref(patch);
    json_decref(rules);
    return 0;
}
