#ifndef TEST_SERVER_MQTT_BROKER_H
#define TEST_SERVER_MQTT_BROKER_H

// A real mosquitto with TLS on a free port of the loopback, and throwaway certificates, in a
// scratch folder. In a header, since each test program is one file.

#include <arpa/inet.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "test/unit/server/base/scratch.h"

struct broker {
    const char *folder;
    uint16_t port;
    pid_t pid;
};

static inline int broker_shell(const char *folder, const char *script)
{
    char command[4096];

    snprintf(command, sizeof command, "cd '%s' && { %s; } >>shell.log 2>&1", folder, script);
    return system(command);
}

// ca, other (another CA); server for localhost; client and client2; all NAME.crt and NAME.key.
static inline int broker_make_certificates(const char *folder)
{
    return broker_shell(folder,
        "set -e;"
        "new='openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';"
        "ca() { $new -x509 -days 2 -subj /CN=$1 -keyout $1.key -out $1.crt; };"
        "leaf() { $new -subj /CN=$1 -keyout $1.key -out $1.csr;"
        " openssl x509 -req -in $1.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2"
        " -out $1.crt -extfile $1.ext; };"
        "echo subjectAltName=DNS:localhost >server.ext;"
        "echo extendedKeyUsage=clientAuth >client.ext; cp client.ext client2.ext;"
        "ca ca; ca other; leaf server; leaf client; leaf client2");
}

static inline uint16_t broker_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool well = bind(fd, (struct sockaddr *)&address, size) == 0 &&
                getsockname(fd, (struct sockaddr *)&address, &size) == 0;

    close(fd);
    return well ? ntohs(address.sin_port) : 0;
}

static inline int broker_write_configuration(const struct broker *broker)
{
    char path[SCRATCH_PATH_SIZE];

    scratch_path(broker->folder, "broker.conf", path);

    FILE *f = fopen(path, "w");

    if (f == NULL)
        return -1;
    fprintf(f,
        "listener %u 127.0.0.1\ncafile ca.crt\ncertfile server.crt\nkeyfile server.key\n"
        "require_certificate true\nuse_identity_as_username true\nallow_anonymous false\n"
        "user root\nlog_dest file broker.log\nlog_type all\n",
        broker->port);
    return fclose(f);
}

// Waits until somebody listens on the port.
static inline int broker_wait(const struct broker *broker)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        .sin_port = htons(broker->port),
    };
    const struct timespec moment = {.tv_nsec = 20000000};

    for (int i = 0; i < 500; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        bool up = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;

        close(fd);
        if (up)
            return 0;
        nanosleep(&moment, NULL);
    }
    return -1;
}

static inline int broker_start(struct broker *broker)
{
    if (broker_write_configuration(broker) < 0)
        return -1;
    broker->pid = fork();
    if (broker->pid == 0) {
        if (chdir(broker->folder) == 0)
            execlp("mosquitto", "mosquitto", "-c", "broker.conf", (char *)NULL);
        execl("/usr/sbin/mosquitto", "mosquitto", "-c", "broker.conf", (char *)NULL);
        _exit(127);
    }
    return broker->pid > 0 ? broker_wait(broker) : -1;
}

static inline void broker_stop(struct broker *broker)
{
    if (broker->pid <= 0)
        return;
    kill(broker->pid, SIGTERM);
    waitpid(broker->pid, NULL, 0);
    broker->pid = 0;
}

// Whether the broker's log holds the text by now.
static inline bool broker_logged(const struct broker *broker, const char *text)
{
    char path[SCRATCH_PATH_SIZE];
    char line[1024];
    bool found = false;

    scratch_path(broker->folder, "broker.log", path);

    FILE *f = fopen(path, "r");

    while (f != NULL && !found && fgets(line, sizeof line, f) != NULL)
        found = strstr(line, text) != NULL;
    if (f != NULL)
        fclose(f);
    return found;
}

#endif
