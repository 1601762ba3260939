// Findings, told one by one.
#include "server/doctor/doctor.h"

#include <stdarg.h>
#include <stdio.h>

void doctor_tell(struct doctor *doctor, const struct doctor_finding *finding)
{
    doctor->counts[finding->level]++;
    doctor->report(finding, doctor->ctx);
}

void doctor_say(struct doctor *doctor, enum doctor_level level, const char *check, const char *fix,
    const char *format, ...)
{
    struct doctor_finding finding = {.level = level, .check = check};
    va_list args;

    va_start(args, format);
    vsnprintf(finding.text, sizeof finding.text, format, args);
    va_end(args);
    snprintf(finding.fix, sizeof finding.fix, "%s", fix != NULL ? fix : "");
    doctor_tell(doctor, &finding);
}
