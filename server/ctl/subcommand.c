// What all subcommands share.
#include "server/ctl/subcommand.h"

#include <stdarg.h>
#include <stdio.h>

int subcommand_misuse(struct err *err, const char *format, ...)
{
    char text[ERR_MESSAGE_SIZE];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    err_set(err, ERR_INVALID, "%s", text);
    return SUBCOMMAND_USAGE;
}

int subcommand_read_mac(const char *argument, char out[MAC_SIZE], struct err *err)
{
    if (mac_parse(argument, out))
        return SUBCOMMAND_OK;
    return subcommand_misuse(
        err, "\"%s\" is not a MAC: 12 hex digits, with or without ':'", argument);
}
