// The table of subcommands.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/base/file.h"
#include "server/ctl/registry.h"
#include "server/ctl/usage.h"

static const struct subcommand *find(char *group, char *verb, int *used)
{
    char *words[] = {group, verb};

    return registry_find(words, group == NULL ? 0 : verb == NULL ? 1 : 2, used);
}

static void test_find(void **state)
{
    const struct subcommand *command;
    int used = 0;

    (void)state;
    command = find("devices", "list", &used);
    assert_string_equal(command->verb, "list");
    assert_int_equal(used, 2);
    // A MAC is never a verb: what is none is for the group's own command.
    command = find("command", "84f3eb012345", &used);
    assert_null(command->verb);
    assert_int_equal(used, 1);
    assert_string_equal(find("command", "list", &used)->verb, "list");
    assert_null(find("chain", "list", &used)->verb);
    assert_null(find("devices", NULL, &used));
    assert_null(find("devices", "lists", &used));
    assert_null(find("nothing", "list", &used));
    assert_null(find(NULL, NULL, &used));
}

static void test_all_are_complete(void **state)
{
    const struct subcommand *command;
    size_t i = 0;

    (void)state;
    for (; (command = registry_at(i)) != NULL; i++) {
        assert_non_null(command->synopsis);
        assert_non_null(command->summary);
        assert_non_null(command->run);
        assert_true(command->arguments_min <= command->arguments_max);
        assert_true(registry_has_group(command->group));
    }
    assert_true(i > 15);
    assert_false(registry_has_group("nothing"));
}

// The file as text, which the caller frees.
static char *read_text(const char *path)
{
    uint8_t *bytes;
    size_t n;
    struct err err = {0};

    if (file_read(path, 1 << 20, &bytes, &n, &err) < 0)
        fail_msg("%s", err.message);

    char *text = malloc(n + 1);

    assert_non_null(text);
    memcpy(text, bytes, n);
    text[n] = '\0';
    free(bytes);
    return text;
}

// Whether a word stands in the text that no letter, digit or dash continues.
static bool has_word(const char *text, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
        if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-", at[n]) == NULL || at[n] == '\0')
            return true;
    }
    return false;
}

static void name_of(const struct subcommand *command, char out[64])
{
    snprintf(out, 64, "%s%s%s", command->group, command->verb != NULL ? " " : "",
        command->verb != NULL ? command->verb : "");
}

// Copies the items of the manual that begin with that name, up to the next item of any.
static void copy_items(const char *manual, const char *name, char *out, size_t size)
{
    char begin[80];
    size_t n = (size_t)snprintf(begin, sizeof begin, ".Cm %s", name);

    *out = '\0';
    for (const char *at = strstr(manual, begin); at != NULL; at = strstr(at + 1, begin)) {
        bool item = at >= manual + 4 && (memcmp(at - 4, ".It ", 4) == 0 || at[-1] == '\n');
        const char *end = strstr(at, "\n.It ");

        if (item && (at[n] == '\n' || (at[n] == ' ' && at[n + 1] != '\0')) && end != NULL)
            snprintf(out + strlen(out), size - strlen(out), "%.*s\n", (int)(end - at), at);
    }
}

// As ".It Cm devices show Ar mac", or on a line of its own behind ".It Xo".
static void test_the_manual_has_all(void **state)
{
    char *manual = read_text("server/man/secureesp.1");
    const struct subcommand *command;

    (void)state;
    for (char *at = strstr(manual, ".It Cm"); at != NULL; at = strstr(at, ".It Cm"))
        memcpy(at, "\n\n\n.Cm", 6); // one form for both
    for (size_t i = 0; (command = registry_at(i)) != NULL; i++) {
        char name[64], option[64];
        static char items[16384];

        name_of(command, name);
        copy_items(manual, name, items, sizeof items);
        if (items[0] == '\0')
            fail_msg("secureesp(1) says nothing of '%s'", name);
        for (const struct option_rule *o = command->options; o != NULL && o->name != NULL; o++) {
            snprintf(option, sizeof option, "Fl -%s", o->name);
            if (!has_word(items, option))
                fail_msg("secureesp(1) does not tell option --%s of '%s'", o->name, name);
        }
    }
    for (const struct option_rule *o = usage_common_options; o->name != NULL; o++) {
        char option[64];

        snprintf(option, sizeof option, ".It Fl -%s", o->name);
        assert_true(has_word(manual, option));
    }
    free(manual);
}

// What the completion offers, by a function of it: lines of words.
static void ask_completion(const char *function, const char *name, char *out, size_t size)
{
    char line[256];
    size_t n;

    snprintf(line, sizeof line,
        "bash -c '. server/ctl/completion/secureesp.bash; %s \"$1\"' - '%s'", function, name);

    FILE *pipe = popen(line, "r"); // NOLINT(cert-env33-c): no foreign text

    assert_non_null(pipe);
    n = fread(out, 1, size - 1, pipe);
    out[n] = '\0';
    assert_int_equal(pclose(pipe), 0);
    for (char *c = out; *c != '\0'; c++)
        *c = *c == '\n' ? ' ' : *c;
}

// Takes a word out of a list; false if it is not there.
static bool strike(char *list, const char *word)
{
    size_t n = strlen(word);

    for (char *at = strstr(list, word); at != NULL; at = strstr(at + 1, word)) {
        if ((at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0')) {
            memset(at, ' ', n);
            return true;
        }
    }
    return false;
}

static void strike_options(char *list, const struct option_rule *rule, const char *name)
{
    for (; rule != NULL && rule->name != NULL; rule++) {
        char option[64];

        snprintf(option, sizeof option, "--%s", rule->name);
        if (!strike(list, option))
            fail_msg("completion does not offer %s of '%s'", option, name);
    }
}

static void assert_blank(const char *list, const char *what)
{
    if (list[strspn(list, " ")] != '\0')
        fail_msg("completion offers for '%s' what there is not: %s", what, list);
}

static void test_completion_offers_all_and_no_more(void **state)
{
    const struct subcommand *command;
    const struct subcommand *previous = NULL;
    char verbs[1024] = "", options[1024], name[64];

    (void)state;
    for (size_t i = 0; (command = registry_at(i)) != NULL; previous = command, i++) {
        if (previous == NULL || strcmp(previous->group, command->group) != 0) {
            assert_blank(verbs, previous != NULL ? previous->group : "");
            ask_completion("_secureesp_verbs", command->group, verbs, sizeof verbs);
        }
        name_of(command, name);
        if (command->verb != NULL && !strike(verbs, command->verb))
            fail_msg("completion does not offer '%s'", name);
        // With something behind it, as a group's own command has.
        snprintf(name + strlen(name), sizeof name - strlen(name), "%s",
            command->verb == NULL ? " x" : "");
        ask_completion("_secureesp_options", name, options, sizeof options);
        strike_options(options, command->options, name);
        for (const struct option_rule *o = usage_common_options; o->name != NULL; o++) {
            const struct option_rule one[] = {*o, {0}};

            strike_options(options, usage_takes(command, o) ? one : NULL, name);
        }
        assert_blank(options, name);
    }
    assert_blank(verbs, previous != NULL ? previous->group : "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_all_are_complete),
        cmocka_unit_test(test_the_manual_has_all),
        cmocka_unit_test(test_completion_offers_all_and_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
