// The limit of open files.
#include "server/daemon/file_limit.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>

#include "server/http/http_server.h"
#include "server/webhook/webhook_send.h"

#define OWN 64 // standard streams, listening sockets, locks, log, the writer, the broker
// Of those that compute: a reader's database and its log, an image, what wakes it.
#define PER_THREAD 4
// Of each webhook, and those that are kept for the next message; and what wakes it.
#define WEBHOOKS (WEBHOOK_MAX + WEBHOOK_SEND_KEPT + PER_THREAD)
#define FEWEST 16 // connections of devices, below which it is not worth starting

static uint64_t enrolment_files(const struct config *config)
{
    if (config->enrol_port == 0)
        return 0;
    return FILE_LIMIT_ENROL_CONNECTIONS + PER_THREAD * FILE_LIMIT_ENROL_HANDLERS +
           http_server_threads(FILE_LIMIT_ENROL_CONNECTIONS, FILE_LIMIT_ENROL_HANDLERS);
}

static uint64_t operator_files(const struct config *config)
{
    if (config->operator_port == 0)
        return 0;
    return FILE_LIMIT_OPERATOR_CONNECTIONS +
           (PER_THREAD + 1) * http_server_threads(FILE_LIMIT_OPERATOR_CONNECTIONS, 1);
}

uint64_t file_limit_spare(const struct config *config)
{
    return FILE_LIMIT_API_CONNECTIONS + OWN + WEBHOOKS + PER_THREAD * (uint64_t)config->threads +
           enrolment_files(config) + operator_files(config);
}

static unsigned threads_of(const struct config *config, uint64_t connections)
{
    return http_server_threads((unsigned)connections, (unsigned)config->threads);
}

unsigned file_limit_threads(const struct config *config)
{
    uint64_t spare = file_limit_spare(config);
    uint64_t fit = (uint64_t)config->max_connections;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < spare + fit)
        fit = limit.rlim_cur > spare ? limit.rlim_cur - spare : 0;
    return threads_of(config, fit);
}

// Asks for as much as is wanted and says what may be used now.
static bool ask_for(uint64_t wanted, uint64_t *out)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return false;
    *out = limit.rlim_cur;
    if (*out >= wanted)
        return true;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : (rlim_t)wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
        *out = limit.rlim_cur;
    return true;
}

int file_limit_raise(const struct config *config, char note[FILE_LIMIT_NOTE_SIZE], struct err *err)
{
    uint64_t spare = file_limit_spare(config);
    uint64_t connections = (uint64_t)config->max_connections;
    uint64_t wanted = spare + connections + threads_of(config, connections);
    uint64_t allowed;

    note[0] = '\0';
    if (!ask_for(wanted, &allowed)) { // a filter of system calls that is not our unit's
        snprintf(note, FILE_LIMIT_NOTE_SIZE,
            "cannot read the limit of open files, %" PRIu64 " are needed: %m", wanted);
        return 0;
    }
    if (allowed >= wanted)
        return 0;
    if (allowed < spare + FEWEST)
        return err_set(err, ERR_INVALID,
            "%" PRIu64 " open files are allowed, and at least %" PRIu64
            " are needed: raise the limit (LimitNOFILE of the unit, ulimit -n)",
            allowed, spare + FEWEST);
    snprintf(note, FILE_LIMIT_NOTE_SIZE,
        "[download] max_connections = %" PRId64 " needs %" PRIu64 " open files, %" PRIu64
        " are allowed: about %" PRIu64
        " connections fit; raise the limit (LimitNOFILE of the unit, ulimit -n) or lower "
        "max_connections",
        config->max_connections, wanted, allowed,
        allowed - spare - threads_of(config, allowed - spare) + (uint64_t)config->threads);
    return 0;
}
