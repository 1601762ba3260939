// Lines for the scenario that runs the sketch.
#include "test/deployed/deployed_report.h"

#include <stdarg.h>
#include <stdio.h>

void deployed_report_note(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

int deployed_report_failure(int failure, const char *format, ...)
{
    va_list arguments;

    fputs("deployed: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return failure;
}
