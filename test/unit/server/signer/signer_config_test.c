// The signer's configuration file.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/signer/signer_config.h"
#include "test/unit/server/base/scratch.h"

static int parse(const char *text, struct signer_config *config, struct err *err)
{
    return signer_config_parse("FILE", text, strlen(text), config, err);
}

static void what_is_not_set_has_its_default(void **state)
{
    struct signer_config config;

    (void)state;
    assert_int_equal(parse("", &config, NULL), 0);
    assert_string_equal(config.folder, "/var/lib/secureesp-signer");
    assert_string_equal(config.socket, "/run/secureesp-signer/signer.sock");
    assert_string_equal(config.client, "secureesp");
    assert_int_equal(config.policy.days, 1825);
    assert_int_equal(config.policy.per_hour, 100);
    assert_true(config.policy.allows_p256 && !config.policy.allows_rsa);
    assert_int_equal(config.policy.prefix_count, 0);
    signer_config_clear(&config);
}

static void settings_are_read(void **state)
{
    char path[SCRATCH_PATH_SIZE];
    static const char text[] = "[signer]\nfolder = /a/\nsocket = /b\nclient = 1000\n"
                               "[policy]\ndays = 90\nper_hour = 5000\n"
                               "keys = rsa\nmacs = 84f3eb 5ccf7f ; ours\n";
    struct signer_config config;

    scratch_path(*state, "signer.conf", path);
    assert_int_equal(file_replace(path, (const uint8_t *)text, sizeof text - 1, 0600, NULL), 0);
    assert_int_equal(signer_config_load(path, &config, NULL), 0);
    assert_string_equal(config.folder, "/a");
    assert_string_equal(config.socket, "/b");
    assert_string_equal(config.client, "1000");
    assert_int_equal(config.policy.days, 90);
    assert_int_equal(config.policy.per_hour, 5000);
    assert_true(!config.policy.allows_p256 && config.policy.allows_rsa);
    assert_int_equal(config.policy.prefix_count, 2);
    signer_config_clear(&config);
    assert_int_equal(signer_config_load("/nowhere/signer.conf", &config, NULL), ERR_NOT_FOUND);
}

static const struct {
    const char *text;
    const char *message;
} mistakes[] = {
    {"[signer]\ncolour = red\n", "FILE:2: unknown setting 'colour' in section [signer]"},
    {"[signer]\ndays = 1\n", "FILE:2: unknown setting 'days' in section [signer]"},
    {"[polizy]\n", "FILE:1: unknown section [polizy]"},
    {"\n[policy]\ndays = 0\n", "FILE:3: days: 0 is not between 1 and 36500"},
    {"[policy]\ndays = 36501\n", "FILE:2: days: 36501 is not between 1 and 36500"},
    {"[policy]\nper_hour = 0\n", "FILE:2: per_hour: 0 is not between 1 and 100000"},
    {"[policy]\nper_hour = 100001\n", "FILE:2: per_hour: 100001 is not between 1 and 100000"},
    {"[policy]\nper_hour = many\n", "FILE:2: per_hour: 'many' is not a number"},
    {"[policy]\nkeys = p384\n", "FILE:2: keys: 'p384' is not one of p256, rsa"},
    {"[policy]\nmacs =\n", "FILE:2: macs: the value is missing"},
    {"[policy]\nmacs = xyz\n", "FILE:2: macs: 'xyz' is not the beginning of a MAC"},
    {"[signer]\nfolder = a\n", "FILE:2: folder: 'a' is not an absolute path"},
    {"[signer]\nfolder = /a\nfolder = /b\n", "FILE:3: folder is already set, in line 2"},
};

static void mistakes_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct signer_config config;
        struct err err = {0};

        assert_int_equal(parse(mistakes[i].text, &config, &err), ERR_INVALID);
        if (strncmp(err.message, mistakes[i].message, strlen(mistakes[i].message)) != 0)
            fail_msg("%s", err.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_set_has_its_default),
        cmocka_unit_test_setup_teardown(settings_are_read, scratch_make, scratch_remove),
        cmocka_unit_test(mistakes_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
