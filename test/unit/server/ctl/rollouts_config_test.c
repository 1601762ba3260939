// What may be said of a rollout of a configuration, and how one is named.
#include "server/ctl/rollouts_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "server/ctl/rollouts_create.h"

#define ARGUMENTS_MAX 8

static struct options read_options(const char *const *arguments)
{
    static const struct option_rule *const tables[] = {rollouts_create_options, NULL};
    struct options options;
    struct err err = {0};
    char *argv[ARGUMENTS_MAX];
    int n = 0;

    while (arguments[n] != NULL) {
        argv[n] = (char *)(uintptr_t)arguments[n];
        n++;
    }
    if (options_parse(tables, n, argv, &options, &err) < 0)
        fail_msg("%s", err.message);
    return options;
}

static void what_goes_together(void **state)
{
    static const struct {
        const char *arguments[ARGUMENTS_MAX];
        const char *reason; // NULL: it is taken
    } rows[] = {
        {{"--image", "B-1", "--all"}, NULL},
        {{"--config", "{}", "--fleet"}, NULL},
        {{"--config", "{}", "--group", "a", "--force"}, NULL},
        {{"--all"}, "--image says"},
        {{"--config", "{}", "--image", "B-1", "--fleet"}, "--image says"},
        {{"--image", "B-1", "--fleet"}, "--fleet goes with --config"},
        {{"--image", "B-1", "--all", "--force"}, "--force goes with --config"},
        {{"--config", "{}", "--all"}, "--fleet or --group NAME"},
        {{"--config", "{}", "--fleet", "--filter", "tag=a"}, "--fleet or --group NAME"},
        {{"--config", "{}"}, "say whose settings"},
        {{"--config", "{}", "--fleet", "--group", "a"}, "say whose settings"},
        {{"--config", "{}", "--group", "a", "--group", "b"}, "say whose settings"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct options options = read_options(rows[i].arguments);
        struct err err = {0};
        int rc = rollouts_config_check(&options, &err);

        options_clear(&options);
        if ((rc == SUBCOMMAND_OK) != (rows[i].reason == NULL) ||
            (rows[i].reason != NULL && strstr(err.message, rows[i].reason) == NULL))
            fail_msg("row %zu: %d, %s", i, rc, err.message);
    }
}

static void what_is_asked_for(void **state)
{
    static const struct {
        const char *arguments[ARGUMENTS_MAX];
        const char *body; // NULL: it is refused
    } rows[] = {
        {{"--config", "{\"a\": 1}", "--fleet"}, "{\"config\":{\"a\":1},\"scope\":\"fleet\"}"},
        {{"--config", "{}", "--group", "b", "--force"},
            "{\"config\":{},\"force\":true,\"group\":\"b\",\"scope\":\"group\"}"},
        {{"--config", "{\"a\": 1", "--fleet"}, NULL},
        {{"--config", "{\"a\": 1, \"a\": 2}", "--fleet"}, NULL},
        {{"--config", "/nonexistent/patch", "--fleet"}, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct options options = read_options(rows[i].arguments);
        json_t *body = json_object();
        struct err err = {0};
        int rc = rollouts_config_put(&options, body, &err);
        char *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);

        if (rows[i].body != NULL)
            assert_string_equal(text, rows[i].body);
        assert_int_equal(rc == SUBCOMMAND_OK, rows[i].body != NULL);
        free(text);
        json_decref(body);
        options_clear(&options);
    }
}

static void names(void **state)
{
    static const struct {
        const char *rollout, *name;
    } rows[] = {
        {"{\"image\": \"B-1\", \"config\": null}", "B-1"},
        {"{\"image\": null, \"config\": {\"scope\": \"fleet\", \"name\": null}}",
            "config.json of fleet"},
        {"{\"image\": null, \"config\": {\"scope\": \"group\", \"name\": \"cellar\"}}",
            "config.json of group cellar"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *rollout = json_loads(rows[i].rollout, 0, NULL);
        char name[ROLLOUTS_CONFIG_WHAT_SIZE];

        rollouts_config_name(rollout, name);
        assert_string_equal(name, rows[i].name);
        json_decref(rollout);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_together),
        cmocka_unit_test(what_is_asked_for),
        cmocka_unit_test(names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
