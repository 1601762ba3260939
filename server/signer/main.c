// secureesp-signer: options, signals, systemd.
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "server/base/log.h"
#include "server/base/own_memory.h"
#include "server/base/standard_streams.h"
#include "server/signer/signer.h"
#include "server/signer/signer_check.h"
#include "server/signer/signer_config.h"
#include "server/signer/signer_confine.h"
#include "server/signer/signer_server.h"
#include "server/signer/signer_user.h"

#define DEFAULT_CONFIG "/etc/secureesp/signer.conf"

static const char usage[] =
    "usage: secureesp-signer [--config FILE] [--check-config]\n"
    "\n"
    "Holds the CA's key and signs devices' certificates for secureespd, as its policy allows.\n"
    "\n"
    "  -c, --config FILE   configuration, default " DEFAULT_CONFIG "\n"
    "      --check-config  check whether the signer could start with it, and exit\n"
    "      --version\n"
    "      --help\n"
    "\n"
    "SIGHUP makes it read [policy] again, SIGTERM stops it.\n";

struct options {
    const char *config_path;
    bool check_only;
};

// 0 to go on, else what to exit with, plus 1.
static int read_options(int argc, char **argv, struct options *options)
{
    static const struct option table[] = {
        {"config", required_argument, NULL, 'c'},
        {"check-config", no_argument, NULL, 'k'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;

    // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread runs
    while ((option = getopt_long(argc, argv, "c:", table, NULL)) != -1) {
        switch (option) {
        case 'c': options->config_path = optarg; break;
        case 'k': options->check_only = true; break;
        case 'v': puts("secureesp-signer " SECUREESP_VERSION); return 1;
        case 'h': fputs(usage, stdout); return 1;
        default: fputs(usage, stderr); return 3;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "secureesp-signer: unexpected argument '%s'\n%s", argv[optind], usage);
        return 3;
    }
    return 0;
}

// What runs.
struct running {
    const char *config_path;
    struct signer_config config;
    struct signer *signer;
    struct signer_server *server;
    int signals; // of signalfd(2)
};

// Signals are read as a file is, so that they end no call.
static int open_signals(int *out, struct err *err)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    if (pthread_sigmask(SIG_BLOCK, &signals, NULL) != 0 ||
        (*out = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
        return err_set(err, ERR_IO, "cannot wait for signals: %m");
    return 0;
}

// systemd hears of it before the process may open no socket any more; nobody is answered yet.
static int start(struct running *running, struct err *err)
{
    const struct signer_config *config = &running->config;
    uid_t client;
    int rc = signer_user_find(config->client, &client, err);

    if (rc < 0)
        return err_context(err, "[signer] client");
    rc = open_signals(&running->signals, err);
    if (rc == 0)
        rc = signer_open(config->folder, &config->policy, &running->signer, err);
    if (rc == 0)
        rc = signer_server_open(config->socket, client, &running->server, err);
    if (rc < 0)
        return rc;
    sd_notify(0, "READY=1");
    return signer_confine(signer_key_is_in_token(running->signer), err);
}

static void stop(struct running *running)
{
    signer_server_close(running->server);
    signer_free(running->signer);
    if (running->signals >= 0)
        close(running->signals);
    signer_config_clear(&running->config);
}

static bool needs_restart(const struct signer_config *a, const struct signer_config *b)
{
    return strcmp(a->folder, b->folder) != 0 || strcmp(a->socket, b->socket) != 0 ||
           strcmp(a->client, b->client) != 0;
}

static void reload(struct running *running)
{
    struct signer_config config;
    struct err err = {0};

    if (signer_config_load(running->config_path, &config, &err) < 0) {
        log_error("signer", "not reloaded: %s", err.message);
        return;
    }
    if (signer_set_policy(running->signer, &config.policy, &err) < 0) {
        log_error("signer", "not reloaded: %s", err.message);
    } else {
        log_info("signer", "reloaded");
    }
    if (needs_restart(&config, &running->config))
        log_warning("signer", "[signer] folder, socket and client wait for a restart");
    signer_config_clear(&config);
}

// Whether to go on.
static bool take_signal(struct running *running)
{
    struct signalfd_siginfo info;

    if (read(running->signals, &info, sizeof info) != (ssize_t)sizeof info)
        return true;
    if (info.ssi_signo != SIGHUP)
        return false;
    reload(running);
    return true;
}

static int serve(struct running *running)
{
    struct err err = {0};

    do {
        if (signer_server_run(running->server, running->signer, running->signals, &err) < 0) {
            log_error("signer", "%s", err.message);
            return EXIT_FAILURE;
        }
    } while (take_signal(running));
    log_info("signer", "stopped");
    return EXIT_SUCCESS;
}

static int check_config(const struct options *options, const struct signer_config *config)
{
    if (signer_check_all(config) > 0)
        return EXIT_FAILURE;
    printf("%s: configuration is good\n", options->config_path);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct options options = {.config_path = DEFAULT_CONFIG};
    struct running running = {.signals = -1};
    struct err err = {0};
    int status = EXIT_FAILURE;

    if (!standard_streams_open())
        return EXIT_FAILURE;
    own_memory_close();

    int ended = read_options(argc, argv, &options);

    if (ended != 0)
        return ended - 1;
    running.config_path = options.config_path;
    if (signer_config_load(options.config_path, &running.config, &err) < 0) {
        fprintf(stderr, "secureesp-signer: %s\n", err.message);
        return EXIT_FAILURE;
    }
    if (options.check_only) {
        status = check_config(&options, &running.config);
    } else if (start(&running, &err) < 0) {
        log_error("signer", "cannot start: %s", err.message);
    } else {
        log_info("signer", "ready version=" SECUREESP_VERSION);
        status = serve(&running);
    }
    stop(&running);
    return status;
}
