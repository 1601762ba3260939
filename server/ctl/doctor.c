// `secureesp doctor`: looks at what a keeper would look at.
#include "server/ctl/doctor.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "server/ctl/doctor_daemon.h"
#include "server/ctl/output.h"
#include "server/ctl/text.h"
#include "server/doctor/doctor.h"
#include "server/doctor/doctor_backup.h"
#include "server/doctor/doctor_database.h"
#include "server/doctor/doctor_door.h"
#include "server/doctor/doctor_machine.h"
#include "server/doctor/doctor_pki.h"
#include "server/doctor/doctor_service.h"

#define CONFIG_DEFAULT "/etc/secureesp/secureesp.conf"
#define BROKER_DEFAULT "/etc/mosquitto/mosquitto.conf"

static const struct option_rule doctor_options[] = {
    {"config", OPTION_VALUE, "FILE", "the daemon's configuration (" CONFIG_DEFAULT ")"},
    {"broker-config", OPTION_VALUE, "FILE", "the broker's (" BROKER_DEFAULT ")"},
    {0},
};

static const char *const levels[DOCTOR_LEVELS] = {"ok", "warn", "FAIL"};

static void print(const struct doctor_finding *finding, void *ctx)
{
    size_t n = strlen(finding->text);
    const char *end = n > 0 && strchr(".?", finding->text[n - 1]) != NULL ? "" : ".";

    (void)ctx;
    if (finding->fix[0] == '\0')
        end = "";
    text_line(stdout, "%-5s %-13s %s%s%s%s", levels[finding->level], finding->check, finding->text,
        end, finding->fix[0] != '\0' ? " To do: " : "", finding->fix);
    (void)fflush(stdout);
}

static void collect(const struct doctor_finding *finding, void *ctx)
{
    json_array_append_new(
        ctx, json_pack("{s:s, s:s, s:o, s:o}", "level", levels[finding->level], "check",
                 finding->check, "text", output_text(finding->text), "fix",
                 finding->fix[0] != '\0' ? output_text(finding->fix) : json_null()));
}

static const char *option_or(
    const struct subcommand_call *call, const char *name, const char *otherwise)
{
    const char *value = options_value(call->options, name);

    return value != NULL ? value : otherwise;
}

static void look(const struct subcommand_call *call, const char *config, const char *broker,
    struct doctor *doctor)
{
    struct err err = {0};

    if (doctor_config_load(config, &doctor->config, &err) < 0) {
        doctor_say(doctor, DOCTOR_FAIL, "configuration", "sudo secureesp setup", "%s", err.message);
        return;
    }
    // What is wrong with it is told by its check.
    if (doctor_broker_load(broker, &doctor->broker, &err) < 0)
        doctor->broker.is_known = false;
    doctor_service_check(doctor);
    doctor_daemon_check(call, doctor);
    doctor_database_check(doctor);
    doctor_machine_check_config(doctor);
    doctor_pki_check(doctor);
    doctor_pki_check_owners(doctor);
    doctor_broker_check(doctor);
    doctor_machine_check_address(doctor);
    doctor_door_check(doctor);
    doctor_service_check_limits(doctor);
    doctor_machine_check_clock(doctor);
    doctor_machine_check_disk(doctor);
    doctor_backup_check(doctor);
    doctor_machine_check_mail(doctor);
}

bool doctor_look(const struct subcommand_call *call)
{
    struct doctor doctor = {.report = print};

    look(call, CONFIG_DEFAULT, BROKER_DEFAULT, &doctor);
    return doctor.counts[DOCTOR_FAIL] == 0;
}

static int run_doctor(const struct subcommand_call *call, struct err *err)
{
    struct doctor doctor = {.report = print};
    int rc = 0;

    if (call->json) {
        doctor.report = collect;
        doctor.ctx = json_array();
    }
    look(call, option_or(call, "config", CONFIG_DEFAULT),
        option_or(call, "broker-config", BROKER_DEFAULT), &doctor);

    bool is_well = doctor.counts[DOCTOR_FAIL] == 0;

    if (call->json)
        rc = output_json(
            json_pack("{s:b, s:o}", "ok", (int)is_well, "checks", (json_t *)doctor.ctx), err);
    return rc < 0 ? rc : is_well ? SUBCOMMAND_OK : SUBCOMMAND_FAILED;
}

const struct subcommand doctor_subcommands[] = {
    {"doctor", NULL, "[--config FILE] [--broker-config FILE] [--json]",
        "look at services, certificates, clock, disk and more, and say what is to be done",
        doctor_options, 0, 0, run_doctor},
    {0},
};
