// `secureesp setup`: from installed programs to a fleet that runs.
#include "server/ctl/setup.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/file.h"
#include "server/base/lock_folder.h"
#include "server/ctl/doctor.h"
#include "server/ctl/backup_passphrase.h"
#include "server/ctl/setup_fleet.h"
#include "server/ctl/setup_restore.h"
#include "server/ctl/text.h"
#include "server/setup/setup.h"
#include "server/setup/setup_config.h"
#include "server/setup/setup_elsewhere.h"
#include "server/setup/setup_pair.h"
#include "server/setup/setup_service.h"
#include "server/setup/setup_users.h"

static const struct option_rule setup_options[] = {
    {"name", OPTION_LIST, "HOST",
        "one more name or address of this machine; devices are told the first"},
    {"admin", OPTION_VALUE, "NAME", "the first administrator ($SUDO_USER, else admin)"},
    {"password-file", OPTION_VALUE, "FILE", "his password; -: standard input"},
    {"ca-elsewhere", OPTION_MAYBE, "FOLDER",
        "make requests for a CA on another machine; take its answers from a folder"},
    {"new-ca", OPTION_FLAG, NULL, "make a CA although devices trust another, which is lost"},
    {"restore", OPTION_VALUE, "FILE", "begin with what a backup holds (secureesp backup)"},
    BACKUP_PASSPHRASE_OPTION,
    {"dry-run", OPTION_FLAG, NULL, "print what would be done, and change nothing"},
    {0},
};

// Each list goes on where the one before it ends, in the order in which one step needs the other.
#define END                                                                                        \
    {                                                                                              \
        NULL, NULL, NULL                                                                           \
    }

static const struct setup_step begin[] = {
    {"users", setup_users_look, setup_users_make},
    END,
};

// A fleet that was on another machine.
static const struct setup_step restore[] = {
    {"the backup", setup_restore_look, setup_restore_put_back},
    END,
};
static const struct setup_step foresee[] = {
    {"CA", setup_restore_look_ca, NULL},
    END,
};

static const struct setup_step folders[] = {
    {"folders", setup_users_look_folders, setup_users_make_folders},
    END,
};

// Certificates: from a CA on this machine,
static const struct setup_step issue[] = {
    {"CA", setup_pair_look_ca, setup_pair_make_ca},
    {"the daemon's certificate", setup_pair_look_daemon, setup_pair_make_daemon},
    {"the broker's certificate", setup_pair_look_broker, setup_pair_make_broker},
    END,
};

// or asked for, and later taken, from one elsewhere.
static const struct setup_step ask[] = {
    {"the daemon's request", setup_elsewhere_look_daemon, setup_elsewhere_ask_daemon},
    {"the broker's request", setup_elsewhere_look_broker, setup_elsewhere_ask_broker},
    END,
};
static const struct setup_step take[] = {
    {"CA", setup_elsewhere_look_answer_ca, setup_elsewhere_take_ca},
    {"the daemon's certificate", setup_elsewhere_look_answer_daemon, setup_elsewhere_take_daemon},
    {"the broker's certificate", setup_elsewhere_look_answer_broker, setup_elsewhere_take_broker},
    END,
};

static const struct setup_step finish[] = {
    {"keys", setup_users_look_keys, setup_users_give_keys},
    {"the broker's configuration", setup_config_look_broker, setup_config_make_broker},
    {"the daemon's configuration", setup_config_look_daemon, setup_config_change_daemon},
    {"the check of the configuration", setup_config_look_checked, NULL},
    {"the broker", setup_service_look_broker, setup_service_start_broker},
    {"the daemon", setup_service_look_daemon, setup_service_start_daemon},
    {"timers", setup_service_look_timers, setup_service_start_timers},
    {"the daemon's answer", setup_fleet_look_answer, setup_fleet_wait},
    {"the record of certificates", setup_fleet_look_record, setup_fleet_record},
    {"the administrator", setup_fleet_look_admin, setup_fleet_make_admin},
    END,
};

static void say(const struct setup *setup, const struct setup_finding *finding)
{
    static const char *const done[] = {"kept", "created", "changed", "skipped"};
    static const char *const would[] = {"keep", "create", "change", "skip"};

    text_line(stdout, "%-8s %s", (setup->is_dry ? would : done)[finding->what], finding->text);
    (void)fflush(stdout);
}

static int read_names(const struct subcommand_call *call, struct setup *setup, struct err *err)
{
    const char *given[SETUP_NAMES_MAX];
    size_t count = 0;
    size_t cursor = 0;
    const char *value;

    while ((value = options_next(call->options, "name", &cursor)) != NULL) {
        if (count == SETUP_NAMES_MAX)
            return subcommand_misuse(err, "--name is given more than %d times", SETUP_NAMES_MAX);
        given[count++] = value;
    }
    return setup_names_find(given, count, &setup->names, err);
}

// Nobody else sets this machine up meanwhile. fd is -1 where nothing is changed.
static int lock(const struct setup *setup, int *fd, struct err *err)
{
    int rc;

    *fd = -1;
    if (setup->is_dry)
        return 0;
    rc = file_make_folder(SETUP_ETC, 0755, err);
    if (rc == 0)
        rc = lock_folder_take(SETUP_ETC, fd, err);
    return rc == ERR_CONFLICT ? err_set(err, rc, "another `secureesp setup` is running") : rc;
}

// Before anything is made that the backup may bring. *is_over tells that a dry run ends here.
static int take_backup(struct setup *setup, bool *is_over, struct err *err)
{
    size_t pending = setup->pending;
    int rc = setup_run(setup, restore, say, err);

    *is_over = rc == 0 && setup->pending > pending;
    return *is_over && !setup->ca_is_elsewhere ? setup_run(setup, foresee, say, err) : rc;
}

// All steps; *is_asked tells that it ends with requests, which others are to sign.
static int take_steps(struct setup *setup, bool wants_backup, bool *is_asked, struct err *err)
{
    bool is_over = false;
    int rc = setup_restore_begin(setup, err);

    *is_asked = false;
    if (rc == 0)
        rc = setup_run(setup, begin, say, err);
    if (rc == 0 && wants_backup)
        rc = take_backup(setup, &is_over, err);
    if (rc < 0 || is_over)
        return rc;
    rc = setup_run(setup, folders, say, err);
    *is_asked = rc == 0 && setup->ca_is_elsewhere && setup->answers == NULL &&
                setup_elsewhere_is_due(setup);
    if (rc < 0)
        return rc;
    rc = setup_run(setup, *is_asked ? ask : setup->answers != NULL ? take : issue, say, err);
    return rc < 0 || *is_asked ? rc : setup_run(setup, finish, say, err);
}

static int run_setup(const struct subcommand_call *call, struct err *err)
{
    struct setup setup = {
        .is_dry = options_has(call->options, "dry-run"),
        .ca_is_elsewhere = options_has(call->options, "ca-elsewhere"),
        .begins_anew = options_has(call->options, "new-ca"),
        .answers = options_value(call->options, "ca-elsewhere"),
        .ctx = (void *)(uintptr_t)call,
    };
    bool is_asked;
    int fd;
    int rc;

    if (geteuid() != 0)
        return err_set(err, ERR_DENIED, "this sets the machine up, as root: sudo secureesp setup");
    if (options_has(call->options, "passphrase-file") && !options_has(call->options, "restore"))
        return subcommand_misuse(err, "--passphrase-file goes with --restore");
    if (setup.begins_anew && setup.ca_is_elsewhere)
        return subcommand_misuse(err, "--new-ca makes a CA here, --ca-elsewhere none");
    rc = read_names(call, &setup, err);
    if (rc != SUBCOMMAND_OK)
        return rc;
    umask(022);
    rc = lock(&setup, &fd, err);
    if (rc < 0)
        return rc;
    rc = take_steps(&setup, options_has(call->options, "restore"), &is_asked, err);
    if (fd >= 0)
        close(fd);
    if (is_asked)
        setup_elsewhere_explain(&setup, stdout);
    if (rc < 0 || setup.is_dry || is_asked)
        return rc;

    bool is_well = doctor_look(call);

    setup_fleet_print_next(call);
    return is_well ? SUBCOMMAND_OK : SUBCOMMAND_FAILED;
}

const struct subcommand setup_subcommands[] = {
    {"setup", NULL,
        "[--name HOST]... [--admin NAME] [--password-file FILE] [--ca-elsewhere[=FOLDER] | "
        "--new-ca] "
        "[--restore FILE [--passphrase-file FILE]] [--dry-run]",
        "set this machine up: CA, certificates, configuration, services, first administrator",
        setup_options, 0, 0, run_setup},
    {0},
};
