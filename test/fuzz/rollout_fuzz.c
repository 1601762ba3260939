// POST /rollouts: what is taken can be kept and is read from there as it was.
#include <string.h>

#include "server/api/api_rollout_create.h"
#include "server/model/rollout_text.h"
#include "server/store/settings_store.h"
#include "test/fuzz/fuzz.h"

static void check_terms(const struct rollout_terms *terms)
{
    char phases[ROLLOUT_TEXT_PHASES_SIZE];
    char window[ROLLOUT_TEXT_WINDOW_SIZE];
    struct rollout_terms again = {.phase_count = 0};

    rollout_text_write_phases(terms, phases);
    rollout_text_write_window(terms, window);
    FUZZ_CHECK(rollout_text_read_phases(phases, &again));
    FUZZ_CHECK(again.phase_count == terms->phase_count);
    FUZZ_CHECK(rollout_text_read_window(window, &again));
    FUZZ_CHECK(again.window_from == terms->window_from && again.window_to == terms->window_to);
    FUZZ_CHECK(strcmp(again.window_zone, terms->window_zone) == 0);
    FUZZ_CHECK(terms->success >= 1 && terms->success <= 100 && terms->timeout_ms > 0);
    FUZZ_CHECK((terms->site_prefix[0] != '\0') == (terms->site_size > 0));
}

static void check_kind(const struct api_rollout_create *create)
{
    const struct rollout *rollout = &create->rollout;

    if (rollout->kind == ROLLOUT_IMAGE) {
        FUZZ_CHECK(rollout->image.text[0] != '\0' && rollout->patch.text[0] == '\0');
        FUZZ_CHECK(create->all != (create->filter.count > 0));
        return;
    }
    FUZZ_CHECK(rollout->image.text[0] == '\0' && rollout->patch.text[0] == '{');
    FUZZ_CHECK(!create->all && create->filter.count == 0);
    FUZZ_CHECK((rollout->patch.scope == SETTINGS_GROUP) == (rollout->patch.name[0] != '\0'));
    FUZZ_CHECK(rollout->patch.scope == SETTINGS_GROUP || rollout->patch.scope == SETTINGS_FLEET);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct api_rollout_create create = {.all = false};
    struct err err = {0};

    if (api_rollout_create_decode(fuzz_bytes(p, n), n, &create, &err) < 0) {
        FUZZ_CHECK(
            err.code == ERR_INVALID || err.code == ERR_NO_MEMORY || err.code == ERR_TOO_LARGE);
    } else {
        FUZZ_CHECK(rollout_text_is_name(create.rollout.name));
        check_kind(&create);
        check_terms(&create.rollout.terms);
    }
    api_rollout_create_clear(&create);
    return 0;
}
