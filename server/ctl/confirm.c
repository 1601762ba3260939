// Asks before a change of many devices.
#include "server/ctl/confirm.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "server/ctl/text.h"

bool confirm_is_yes(const char *line)
{
    char word[8] = "";
    size_t n = strcspn(line, " \t\r\n");

    if (n < sizeof word)
        snprintf(word, sizeof word, "%.*s", (int)n, line);
    return strcasecmp(word, "y") == 0 || strcasecmp(word, "yes") == 0;
}

// found: as "2 devices meet the filter".
static int ask(const struct subcommand_call *call, const char *found, const char *what, bool is_one,
    struct err *err)
{
    char line[80];

    if (options_has(call->options, "yes")) {
        fprintf(stderr, "%s\n", found);
        return SUBCOMMAND_OK;
    }
    if (!isatty(STDIN_FILENO))
        return subcommand_misuse(err, "%s; without a terminal to ask at, --yes gives %s the order",
            found, is_one ? "it" : "them");
    fprintf(stderr, "%s; ", found);
    text_print(stderr, what);
    fputs(is_one ? " for it? [y/N] " : " for all of them? [y/N] ", stderr);
    (void)fflush(stderr);
    if (fgets(line, sizeof line, stdin) == NULL || !confirm_is_yes(line))
        return err_set(err, ERR_CONFLICT, "nothing was done");
    return SUBCOMMAND_OK;
}

int confirm_change(
    const struct subcommand_call *call, int64_t devices, const char *what, struct err *err)
{
    char found[CONFIRM_LINE_SIZE];
    struct confirm_group group = {.devices = devices};

    if (devices == 0)
        return err_set(err, ERR_NOT_FOUND, "no device meets the filter");
    confirm_format_group(&group, found);
    return ask(call, found, what, devices == 1, err);
}

int confirm_all(
    const struct subcommand_call *call, int64_t devices, const char *what, struct err *err)
{
    char found[CONFIRM_LINE_SIZE];

    if (devices == 0)
        return err_set(err, ERR_NOT_FOUND, "there are no devices yet");
    snprintf(found, sizeof found, devices == 1 ? "there is %lld device" : "there are %lld devices",
        (long long)devices);
    return ask(call, found, what, devices == 1, err);
}

void confirm_format_group(const struct confirm_group *group, char out[CONFIRM_LINE_SIZE])
{
    int n = group->devices == 0 ? snprintf(out, CONFIRM_LINE_SIZE, "no device meets the filter")
                                : snprintf(out, CONFIRM_LINE_SIZE,
                                      group->devices == 1 ? "%lld device meets the filter"
                                                          : "%lld devices meet the filter",
                                      (long long)group->devices);

    if (group->leave > 0 && n > 0 && n < CONFIRM_LINE_SIZE)
        snprintf(out + n, CONFIRM_LINE_SIZE - (size_t)n,
            group->leave == 1 ? "; %lld device leaves the group" : "; %lld devices leave the group",
            (long long)group->leave);
}

int confirm_group(const struct subcommand_call *call, const struct confirm_group *group,
    const char *question, struct err *err)
{
    char found[CONFIRM_LINE_SIZE];
    char line[80];

    confirm_format_group(group, found);
    if (!group->is_there || (group->devices + group->leave == 0 && !group->is_needed) ||
        options_has(call->options, "yes")) {
        fprintf(stderr, "%s\n", found);
        return SUBCOMMAND_OK;
    }
    if (!isatty(STDIN_FILENO))
        return subcommand_misuse(err, "%s; without a terminal to ask at, --yes does it", found);
    fprintf(stderr, "%s; ", found);
    text_print(stderr, question);
    fputs("? [y/N] ", stderr);
    (void)fflush(stderr);
    if (fgets(line, sizeof line, stdin) == NULL || !confirm_is_yes(line))
        return err_set(err, ERR_CONFLICT, "nothing was done");
    return SUBCOMMAND_OK;
}
