// secureespd: options, signals, systemd.
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/api/api_json_memory.h"
#include "server/base/own_memory.h"
#include "server/base/standard_streams.h"
#include "server/daemon/check_config.h"
#include "server/daemon/config.h"
#include "server/daemon/daemon.h"
#include "server/daemon/file_limit.h"
#include "server/daemon/print_config.h"
#include "server/daemon/send_mail.h"
#include "server/daemon/verify_audit.h"

#define DEFAULT_CONFIG "/etc/secureesp/secureesp.conf"

static const char usage[] =
    "usage: secureespd [--config FILE] [--check-config | --print-config-json MAC | --send-mail]\n"
    "       secureespd --verify-audit FILE [--anchor NUMBER:HASH]\n"
    "\n"
    "Serves firmware to ESP8266 boards and follows them; secureesp is its command line.\n"
    "\n"
    "  -c, --config FILE   configuration, default " DEFAULT_CONFIG
    "\n      --check-config  check whether the daemon could start with it, and exit\n      "
    "--print-config-json MAC\n                      print what this device gets as config.json, "
    "and exit\n      "
    "--send-mail     give the mails about alerts that wait to sendmail, and exit\n      "
    "--verify-audit FILE\n                      tell whether the audit log of this database is "
    "whole, and exit\n      --anchor NUMBER:HASH\n                      it must hold that row\n    "
    "  --version\n      --help\n\nSIGHUP makes it read configuration and "
    "certificates again, SIGTERM stops it.\n";

struct options {
    const char *config_path;
    int check_only;
    int send_mail;
    const char *print_mac;
    const char *audit_path;
    const char *anchor;
};

// 0 to go on, else what to exit with, plus 1.
static int read_options(int argc, char **argv, struct options *options)
{
    static const struct option table[] = {
        {"config", required_argument, NULL, 'c'},
        {"check-config", no_argument, NULL, 'k'},
        {"print-config-json", required_argument, NULL, 'j'},
        {"send-mail", no_argument, NULL, 'm'},
        {"verify-audit", required_argument, NULL, 'a'},
        {"anchor", required_argument, NULL, 'n'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;

    // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread runs yet
    while ((option = getopt_long(argc, argv, "c:", table, NULL)) != -1) {
        switch (option) {
        case 'c': options->config_path = optarg; break;
        case 'k': options->check_only = 1; break;
        case 'j': options->print_mac = optarg; break;
        case 'm': options->send_mail = 1; break;
        case 'a': options->audit_path = optarg; break;
        case 'n': options->anchor = optarg; break;
        case 'v': puts("secureespd " SECUREESP_VERSION); return 1;
        case 'h': fputs(usage, stdout); return 1;
        default: fputs(usage, stderr); return 3;
        }
    }
    if (options->anchor != NULL && options->audit_path == NULL) {
        fprintf(stderr, "secureespd: --anchor goes with --verify-audit\n%s", usage);
        return 3;
    }
    if (options->check_only + (options->print_mac != NULL) + options->send_mail > 1) {
        fprintf(stderr,
            "secureespd: give only one of --check-config, --print-config-json and --send-mail\n%s",
            usage);
        return 3;
    }
    if (optind < argc) {
        fprintf(stderr, "secureespd: unexpected argument '%s'\n%s", argv[optind], usage);
        return 3;
    }
    return 0;
}

// Returns an exit status.
static int check_config(const char *path, const struct config *config)
{
    if (check_config_all(config, path) > 0)
        return EXIT_FAILURE;
    printf("%s: configuration is good\n", path);
    return EXIT_SUCCESS;
}

// What is asked about the configuration in place of running. Returns an exit status.
static int answer(const struct options *options, const struct config *config)
{
    if (options->send_mail)
        return send_mail_run(config);
    if (options->print_mac != NULL)
        return print_config_run(config, options->print_mac);
    return check_config(options->config_path, config);
}

static int start(const char *path, struct config *config, struct daemon **out, struct err *err)
{
    char note[FILE_LIMIT_NOTE_SIZE];
    int rc = file_limit_raise(config, note, err);

    if (rc < 0)
        return rc;
    if (note[0] != '\0')
        log_warning("daemon", "%s", note);
    return daemon_start(path, config, out, err);
}

static void wait_for_signals(struct daemon *daemon, const sigset_t *signals)
{
    uint64_t watchdog_us = 0;
    struct timespec second = {.tv_sec = 1};

    sd_watchdog_enabled(0, &watchdog_us);
    for (;;) {
        int signal = sigtimedwait(signals, NULL, &second);

        if (signal == SIGTERM || signal == SIGINT)
            return;
        if (signal == SIGHUP) {
            sd_notifyf(
                0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_monotonic_ms() * 1000);
            daemon_reload(daemon);
            sd_notify(0, "READY=1");
        }
        daemon_tick(daemon);
        if (watchdog_us > 0 && daemon_is_healthy(daemon))
            sd_notify(0, "WATCHDOG=1");
    }
}

// Signals are blocked before any thread exists, so that only this one takes them.
static void block_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGHUP);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char **argv)
{
    struct options options = {.config_path = DEFAULT_CONFIG};
    struct config config;
    struct daemon *daemon;
    struct err err = {0};
    sigset_t signals;
    if (!standard_streams_open())
        return EXIT_FAILURE;
    own_memory_close();
    api_json_memory_wipe();

    int stop = read_options(argc, argv, &options);

    if (stop != 0)
        return stop - 1;
    if (options.audit_path != NULL)
        return verify_audit_run(options.audit_path, options.anchor);
    if (config_load(options.config_path, &config, &err) < 0) {
        fprintf(stderr, "secureespd: %s\n", err.message);
        return EXIT_FAILURE;
    }
    if (options.check_only || options.print_mac != NULL || options.send_mail) {
        int status = answer(&options, &config);

        config_clear(&config);
        return status;
    }
    block_signals(&signals);
    if (start(options.config_path, &config, &daemon, &err) < 0) {
        log_error("daemon", "cannot start: %s", err.message);
        config_clear(&config);
        return EXIT_FAILURE;
    }
    log_info("daemon", "ready version=" SECUREESP_VERSION);
    sd_notify(0, "READY=1");
    wait_for_signals(daemon, &signals);
    log_info("daemon", "stopping");
    sd_notify(0, "STOPPING=1");
    daemon_stop(daemon);
    log_info("daemon", "stopped");
    return EXIT_SUCCESS;
}
