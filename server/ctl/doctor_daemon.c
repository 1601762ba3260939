// The running daemon, asked.
#include "server/ctl/doctor_daemon.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <jansson.h>

#include "server/ctl/client.h"
#include "server/ctl/field.h"

// Who is at the other end of its socket; 0 if nobody is.
static pid_t find_process(const char *socket_path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct ucred peer = {0};
    socklen_t size = sizeof peer;
    int fd;

    if (strlen(socket_path) >= sizeof address.sun_path)
        return 0;
    memcpy(address.sun_path, socket_path, strlen(socket_path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return 0;
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) < 0 ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        peer.pid = 0;
    close(fd);
    return peer.pid;
}

static void check_broker(const json_t *broker, struct doctor *doctor)
{
    if (!field_is_true(broker, "connected"))
        doctor_say(doctor, DOCTOR_FAIL, "daemon", "start the broker: systemctl restart mosquitto",
            "it has no connection to the broker: %s", field_text(broker, "error", "not yet"));
    else if (field_has(broker, "fault"))
        doctor_say(doctor, DOCTOR_FAIL, "daemon", NULL, "%s", field_text(broker, "fault", "-"));
    else
        doctor_say(doctor, DOCTOR_OK, "daemon", NULL,
            "it is connected to the broker, which lets through what it should, and that alone");
}

static void check_database(const json_t *status, struct doctor *doctor)
{
    const json_t *database = json_object_get(status, "database");
    const json_t *disk = json_object_get(status, "disk");

    if (field_has(database, "fault"))
        doctor_say(doctor, DOCTOR_FAIL, "database", "its log says more: journalctl -u secureespd",
            "it cannot be written: %s", field_text(database, "fault", "-"));
    else if (field_is_true(disk, "low"))
        doctor_say(doctor, DOCTOR_WARN, "database", "make room on its disk",
            "no history is kept, since the disk is nearly full");
    else
        doctor_say(doctor, DOCTOR_OK, "database", NULL, "it can be written");
}

static void check_revocations(const json_t *revocations, struct doctor *doctor)
{
    const json_t *broker = json_object_get(revocations, "broker");
    int64_t number = field_integer(revocations, "number", 0);

    if (field_has(revocations, "fault"))
        doctor_say(doctor, DOCTOR_FAIL, "revocation", "make room, or give the folder back to it",
            "the list of the revoked cannot be written: %s", field_text(revocations, "fault", "-"));
    else if (!field_has(broker, "number"))
        doctor_say(doctor, DOCTOR_WARN, "revocation",
            "wait some seconds, and look again; else load the plugin",
            "the broker has not said whether it uses the list of the revoked");
    else if (field_integer(broker, "number", 0) < number || field_has(broker, "error"))
        doctor_say(doctor, DOCTOR_FAIL, "revocation", "journalctl -u mosquitto says why",
            "the broker uses list %lld of %lld: %s", (long long)field_integer(broker, "number", 0),
            (long long)number, field_text(broker, "error", "it is late"));
    else
        doctor_say(
            doctor, DOCTOR_OK, "revocation", NULL, "the broker uses the list of the revoked");
}

static void check_devices(const json_t *status, struct doctor *doctor)
{
    const json_t *devices = json_object_get(status, "devices");
    const json_t *certificates = json_object_get(status, "certificates");
    const json_t *files = json_object_get(certificates, "devices");
    int64_t bad = field_integer(files, "bad", 0);
    int64_t ending = field_integer(files, "ending", 0);

    if (field_is_true(certificates, "server_revoked"))
        doctor_say(doctor, DOCTOR_FAIL, "certificates", "secureesp pki server --force, and reload",
            "that of the daemon is revoked");
    if (bad > 0)
        doctor_say(doctor, DOCTOR_WARN, "devices", "secureespd --check-config names one",
            "%lld of their certificates here cannot be used", (long long)bad);
    if (ending > 0)
        doctor_say(doctor, DOCTOR_WARN, "devices", "secureesp pki device --force",
            "%lld of their certificates here end within 30 days, or have ended", (long long)ending);
    doctor_say(doctor, DOCTOR_OK, "devices", NULL, "%lld, of which %lld are online",
        (long long)field_integer(devices, "total", 0),
        (long long)field_integer(devices, "online", 0));
}

void doctor_daemon_check(const struct subcommand_call *call, struct doctor *doctor)
{
    struct client_request request = {.method = "GET", .path = "/api/v1/status", .is_look = true};
    struct client *client = NULL;
    json_t *status = NULL;
    struct err err = {0};
    int rc = client_open(call->target, &client, &err);

    if (rc == 0)
        rc = client_call(client, &request, &status, &err);
    client_close(client);
    if (rc < 0) {
        doctor_say(
            doctor, DOCTOR_FAIL, "daemon", "systemctl restart secureespd", "%s", err.message);
        return;
    }
    if (doctor->daemon_pid == 0)
        doctor->daemon_pid = find_process(call->target->socket);
    check_broker(json_object_get(status, "broker"), doctor);
    check_database(status, doctor);
    check_revocations(json_object_get(status, "revocations"), doctor);
    check_devices(status, doctor);
    json_decref(status);
}
