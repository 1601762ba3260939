// Which subcommands work without the daemon.
#include "server/ctl/reach.h"

#include <stdio.h>
#include <string.h>

#define NAME_SIZE 64

// All others talk to it.
static const struct row {
    const char *name;
    enum reach reach;
} rows[] = {
    {"setup", REACH_MACHINE},
    {"doctor", REACH_MACHINE},
    {"images sign", REACH_FILES},
    {"images describe", REACH_FILES},
    {"pki init", REACH_FILES},
    {"pki signing", REACH_FILES},
    {"backup verify", REACH_FILES},
    {"backup list", REACH_FILES},
    {"backup restore", REACH_FILES},
    {"login", REACH_SELF},
    {"logout", REACH_SELF},
    {"servers list", REACH_SELF},
    {"servers use", REACH_SELF},
    {"servers remove", REACH_SELF},
    {"help", REACH_SELF},
};

#define ROWS (sizeof rows / sizeof rows[0])

enum reach reach_of(const struct subcommand *command)
{
    char name[NAME_SIZE];

    snprintf(name, sizeof name, "%s%s%s", command->group, command->verb != NULL ? " " : "",
        command->verb != NULL ? command->verb : "");
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].reach;
    }
    return REACH_DAEMON;
}

bool reach_takes_server(const struct subcommand *command)
{
    enum reach reach = reach_of(command);

    return reach != REACH_FILES && reach != REACH_MACHINE;
}

const char *reach_at(size_t i)
{
    return i < ROWS ? rows[i].name : NULL;
}
