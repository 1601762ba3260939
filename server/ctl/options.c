// The words behind a command.
#include "server/ctl/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct option_rule *find_rule(
    const struct option_rule *const *tables, const char *name, size_t n)
{
    for (; *tables != NULL; tables++) {
        for (const struct option_rule *rule = *tables; rule->name != NULL; rule++) {
            if (strlen(rule->name) == n && memcmp(rule->name, name, n) == 0)
                return rule;
        }
    }
    return NULL;
}

// The long name of a word that begins with a dash, or NULL.
static const char *long_name(const char *word)
{
    static const char *const short_names[][2] = {{"-h", "help"}, {"-f", "follow"}, {"-n", "lines"}};

    for (size_t i = 0; i < sizeof short_names / sizeof short_names[0]; i++) {
        if (strcmp(word, short_names[i][0]) == 0)
            return short_names[i][1];
    }
    return word[1] == '-' ? word + 2 : NULL;
}

// Reads the option argv[*i], and the value in the next word if that is where it stands.
static int take_option(const struct option_rule *const *tables, int argc, char **argv, int *i,
    struct option_given *out, struct err *err)
{
    const char *name = long_name(argv[*i]);
    size_t n = name != NULL ? strcspn(name, "=") : 0;
    const char *value = name != NULL && name[n] == '=' ? name + n + 1 : NULL;
    const struct option_rule *rule = name != NULL ? find_rule(tables, name, n) : NULL;

    if (rule == NULL)
        return err_set(err, ERR_INVALID, "unknown option %s", argv[*i]);
    if (rule->kind == OPTION_FLAG && value != NULL)
        return err_set(err, ERR_INVALID, "--%s takes no value", rule->name);
    if ((rule->kind == OPTION_VALUE || rule->kind == OPTION_LIST) && value == NULL) {
        if (*i + 1 >= argc)
            return err_set(err, ERR_INVALID, "--%s needs a value: %s", rule->name, rule->argument);
        value = argv[++*i];
    }
    out->rule = rule;
    out->value = value;
    return 0;
}

static int keep_option(struct options *options, struct option_given given, struct err *err)
{
    if (given.rule->kind != OPTION_LIST && options_has(options, given.rule->name))
        return err_set(err, ERR_INVALID, "--%s is given twice", given.rule->name);
    options->given[options->given_count++] = given;
    return 0;
}

static int parse(const struct option_rule *const *tables, int argc, char **argv,
    struct options *options, struct err *err)
{
    bool only_arguments = false;

    for (int i = 0; i < argc; i++) {
        struct option_given given = {0};
        int rc;

        if (!only_arguments && strcmp(argv[i], "--") == 0) {
            only_arguments = true;
            continue;
        }
        if (only_arguments || argv[i][0] != '-' || argv[i][1] == '\0') {
            options->arguments[options->argument_count++] = argv[i];
            continue;
        }
        rc = take_option(tables, argc, argv, &i, &given, err);
        if (rc == 0)
            rc = keep_option(options, given, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int options_parse(const struct option_rule *const *tables, int argc, char **argv,
    struct options *out, struct err *err)
{
    size_t room = (size_t)argc + 1;
    struct options options = {
        .given = calloc(room, sizeof *options.given),
        .arguments = calloc(room, sizeof *options.arguments),
    };
    int rc = options.given == NULL || options.arguments == NULL
                 ? err_set(err, ERR_NO_MEMORY, "no memory for the command line")
                 : parse(tables, argc, argv, &options, err);

    if (rc < 0) {
        options_clear(&options);
        return rc;
    }
    *out = options;
    return 0;
}

void options_clear(struct options *options)
{
    free(options->given);
    free(options->arguments);
    *options = (struct options){0};
}

static const struct option_given *find(const struct options *options, const char *name, size_t from)
{
    for (size_t i = from; i < options->given_count; i++) {
        if (strcmp(options->given[i].rule->name, name) == 0)
            return &options->given[i];
    }
    return NULL;
}

bool options_has(const struct options *options, const char *name)
{
    return find(options, name, 0) != NULL;
}

const char *options_value(const struct options *options, const char *name)
{
    const struct option_given *given = find(options, name, 0);

    return given != NULL ? given->value : NULL;
}

const char *options_next(const struct options *options, const char *name, size_t *cursor)
{
    const struct option_given *given = find(options, name, *cursor);

    if (given == NULL)
        return NULL;
    *cursor = (size_t)(given - options->given) + 1;
    return given->value;
}

int options_number(const struct options *options, const char *name, const int64_t range[2],
    int64_t *out, struct err *err)
{
    const char *text = options_value(options, name);
    char *end;

    if (text == NULL)
        return 0;
    errno = 0;

    long long value = strtoll(text, &end, 10);

    if (errno != 0 || end == text || *end != '\0' || value < range[0] || value > range[1])
        return err_set(err, ERR_INVALID, "--%s %s: give a whole number from %lld to %lld", name,
            text, (long long)range[0], (long long)range[1]);
    *out = value;
    return 0;
}
