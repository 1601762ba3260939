// What is said of rollouts of a configuration: options that go together, the patch, and names.
#include "server/ctl/rollouts_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/ctl/rollouts_create.h"
#include "test/unit/server/base/scratch.h"

#define ARGUMENTS_MAX 8

// Reads the words of a line as options; a space is between them.
static void read_line(char *line, struct options *out)
{
    static const struct option_rule *const tables[] = {rollouts_create_options, NULL};
    char *words[ARGUMENTS_MAX];
    char *rest = NULL;
    int n = 0;

    for (char *p = strtok_r(line, " ", &rest); p != NULL; p = strtok_r(NULL, " ", &rest)) {
        assert_true(n < ARGUMENTS_MAX);
        words[n++] = p;
    }
    assert_int_equal(options_parse(tables, n, words, out, NULL), 0);
}

static void options_go_together(void **state)
{
    static const struct {
        const char *line;
        const char *refused; // NULL: they do
    } rows[] = {
        {"--image B-00.00.01 --all", NULL},
        {"--image B-00.00.01 --group a --group b", NULL},
        {"--config {} --fleet", NULL},
        {"--config {} --group a", NULL},
        {"--config {} --fleet --force", NULL},
        {"--all", "one of --image"},
        {"--image B-00.00.01 --config {} --all", "one of --image"},
        {"--image B-00.00.01 --fleet", "--fleet goes with --config"},
        {"--image B-00.00.01 --all --force", "--force goes with --config"},
        {"--config {} --all", "which devices get it"},
        {"--config {} --fleet --filter tag=a", "which devices get it"},
        {"--config {}", "say whose settings"},
        {"--config {} --fleet --group a", "say whose settings"},
        {"--config {} --group a --group b", "say whose settings"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct options options;
        struct err err = {0};
        char line[128];
        int rc;

        snprintf(line, sizeof line, "%s", rows[i].line);
        read_line(line, &options);
        rc = rollouts_config_check(&options, &err);
        assert_int_equal(rc, rows[i].refused == NULL ? SUBCOMMAND_OK : SUBCOMMAND_USAGE);
        if (rows[i].refused != NULL)
            assert_non_null(strstr(err.message, rows[i].refused));
        options_clear(&options);
    }
}

// Puts a --config into a body, which the caller gives up; its text, or that of a file.
static int put(const char *config, const char *of, json_t *body, struct err *err)
{
    struct options options;
    char line[SCRATCH_PATH_SIZE + 64];
    int rc;

    snprintf(line, sizeof line, "--config %s %s", config, of);
    read_line(line, &options);
    rc = rollouts_config_put(&options, body, err);
    options_clear(&options);
    return rc;
}

static void patches(void **state)
{
    static const struct {
        const char *text;
        const char *refused; // NULL: it is taken
    } rows[] = {
        {"{\"statusinterval\":30000}", NULL},
        {"{\"statusinterval\":null}", NULL},
        {"{\"a\":1,\"a\":2}", "--config: line 1, column "},
        {"{\"a\":", "--config: line 1, column "},
        {"[1]", "--config: a patch is a JSON object"},
        {"", "--config: line "},
    };
    char path[SCRATCH_PATH_SIZE];

    scratch_path(*state, "patch", path);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *body = json_object();
        struct err err = {0};
        int rc;

        assert_int_equal(
            file_replace(path, (const uint8_t *)rows[i].text, strlen(rows[i].text), 0600, NULL), 0);
        rc = put(path, "--fleet", body, &err);
        assert_int_equal(rc, rows[i].refused == NULL ? SUBCOMMAND_OK : SUBCOMMAND_USAGE);
        if (rows[i].refused != NULL)
            assert_ptr_equal(strstr(err.message, rows[i].refused), err.message);
        else
            assert_string_equal(json_string_value(json_object_get(body, "scope")), "fleet");
        json_decref(body);
    }
}

static void bodies(void **state)
{
    json_t *body = json_object();
    json_t *expected = json_pack("{s{si} ss ss sb}", "config", "waittimeout", 9000, "scope",
        "group", "group", "cellar", "force", 1);

    (void)state;
    assert_int_equal(
        put("{\"waittimeout\":9000}", "--group cellar --force", body, NULL), SUBCOMMAND_OK);
    assert_true(json_equal(body, expected));
    json_decref(expected);
    json_decref(body);
    body = json_object();
    assert_int_equal(put("/nowhere/patch", "--fleet", body, NULL), ERR_IO);
    json_decref(body);
}

static void names(void **state)
{
    static const struct {
        const char *rollout, *name;
    } rows[] = {
        {"{\"image\": \"B-00.00.01\", \"config\": null}", "B-00.00.01"},
        {"{\"image\": null, \"config\": {\"scope\": \"fleet\", \"name\": null}}",
            "config.json of fleet"},
        {"{\"image\": null, \"config\": {\"scope\": \"group\", \"name\": \"cellar\"}}",
            "config.json of group cellar"},
        {"{}", "-"},
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
        cmocka_unit_test(options_go_together),
        cmocka_unit_test_setup_teardown(patches, scratch_make, scratch_remove),
        cmocka_unit_test(bodies),
        cmocka_unit_test(names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
