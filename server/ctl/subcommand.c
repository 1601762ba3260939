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
