// What a `flash` means, and when it is held back.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "server/release/release_flash.h"

static struct release_member make(
    const char *name, enum image_state state, char key, char embeds, enum image_layout layout)
{
    struct release_member member = {.image = {.state = state, .layout = layout}};

    assert_true(image_name_parse(name, strlen(name), &member.image.name));
    member.image.signer[0] = key;
    member.image.embeds[0][0] = embeds;
    member.image.embeds_count = 1;
    snprintf(member.image.sha256, sizeof member.image.sha256, "sha-%s", name);
    return member;
}

static const struct row {
    const char *what;
    bool ours;
    const char *running;
    const char *staged; // NULL: nothing is known
    const char *sha256;
    const char *image;  // that it means
    const char *result; // "" if it goes out
    const char *detail; // that it has
} rows[] = {
    {"sketch, next", false, "B-1", "B-2", "sha-B-2", "B-2", "", ""},
    {"ours, next", true, "B-1", "B-2", "sha-B-2", "B-2", "", ""},
    {"digest unknown", false, "B-1", "B-2", "", "B-2", "", ""},
    {"does not say what it runs", false, "", "B-2", "sha-B-2", "B-2", "", ""},
    {"runs what is not known", false, "B-0", "B-2", "sha-B-2", "B-2", "", ""},
    {"withdrawn", false, "B-1", "B-3", "sha-B-3", "B-3", "held", "withdrawn"},
    {"withdrawn, ours", true, "B-1", "B-3", "sha-B-3", "B-3", "held", "withdrawn"},
    {"removed", false, "B-1", "B-9", "sha-B-9", "B-9", "held", "removed"},
    {"replaced", false, "B-1", "B-2", "sha-other", "B-2", "held", "replaced"},
    {"never published", false, "B-1", "B-4", "sha-B-4", "B-4", "held", "withdrawn"},
    {"not verified", false, "B-1", "B-5", "sha-B-5", "B-5", "held", "not verified"},
    {"another layout", false, "B-1", "B-6", "sha-B-6", "B-6", "held", "layout"},
    {"sketch, nothing known", false, "B-1", NULL, "", "", "nothing-downloaded", "firmware"},
    {"ours, nothing known", true, "B-1", NULL, "", "B-2", "", ""},
    {"ours, nothing known, nothing next", true, "B-5", NULL, "", "", "nothing-downloaded",
        "--force"},
    {"ours, nothing known, unknown image", true, "X-1", NULL, "", "", "nothing-downloaded", ""},
    {"ours, nothing known, no image", true, "", NULL, "", "", "nothing-downloaded", ""},
};

static void test_rows(void **state)
{
    struct release_member members[] = {
        make("B-1", IMAGE_PUBLISHED, 'a', 'a', IMAGE_LAYOUT_SKETCH),
        make("B-2", IMAGE_PUBLISHED, 'a', 'b', IMAGE_LAYOUT_SKETCH),
        make("B-3", IMAGE_WITHDRAWN, 'a', 'b', IMAGE_LAYOUT_SKETCH),
        make("B-4", IMAGE_ADDED, 'a', 'b', IMAGE_LAYOUT_SKETCH),
        make("B-5", IMAGE_PUBLISHED, 'b', 'b', IMAGE_LAYOUT_SKETCH),
        make("B-6", IMAGE_PUBLISHED, 'a', 'b', IMAGE_LAYOUT_SDK),
    };
    struct release_catalogue catalogue = {.members = members, .member_count = 6};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct device_record device = {.speaks_events = row->ours};
        struct download_store_staged staged = {.at_ms = 1};
        struct command_verdict verdict;

        // Where the chain alone counts, one without the other layout.
        catalogue.member_count = row->staged == NULL ? 5 : 6;
        strcpy(device.status.image, row->running);
        strcpy(staged.image, row->staged != NULL ? row->staged : "");
        strcpy(staged.sha256, row->sha256);
        release_flash_judge(&catalogue, &device, row->staged != NULL ? &staged : NULL, &verdict);
        if (verdict.held != (row->result[0] != '\0') || strcmp(verdict.result, row->result) != 0 ||
            strcmp(verdict.image, row->image) != 0 || strstr(verdict.detail, row->detail) == NULL)
            fail_msg("%s: %s %s %s", row->what, verdict.result, verdict.image, verdict.detail);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
