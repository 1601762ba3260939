// The emulator's arguments.
#include "firmware/port/lx106/arguments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/core/device.h"
#include "firmware/port/lx106/board/console.h"
#include "firmware/port/lx106/board/simcall.h"

#define TEXT_SIZE 512
#define EXIT_USAGE 2

static int split(const char *value, char *first, size_t first_size, char *second, size_t size)
{
    const char *at = strchr(value, '@');

    if (at == NULL || (size_t)(at - value) >= first_size || strlen(at + 1) >= size)
        return -1;
    snprintf(first, first_size, "%.*s", (int)(at - value), value);
    snprintf(second, size, "%s", at + 1);
    return 0;
}

static int read_dns(struct arguments *out, const char *value)
{
    char port[8];

    if (split(value, out->dns_ip, sizeof out->dns_ip, port, sizeof port) != 0)
        return -1;
    out->dns_port = (uint16_t)strtoul(port, NULL, 10);
    return 0;
}

static int read_argument(struct arguments *out, const char *name, const char *value)
{
    if (strcmp(name, "mac") == 0)
        return mac_parse(value, out->mac) ? 0 : -1;
    if (strcmp(name, "host") == 0)
        return split(
            value, out->host_name, sizeof out->host_name, out->host_ip, sizeof out->host_ip);
    if (strcmp(name, "dns") == 0)
        return read_dns(out, value);
    if (strcmp(name, "air") == 0)
        return (out->air = simcall_open(value)) >= 0 ? 0 : -1;

    uint32_t number = (uint32_t)strtoul(value, NULL, 10);

    if (strcmp(name, "epoch") == 0)
        out->epoch = number;
    else if (strcmp(name, "trial-timeout") == 0)
        out->trial_timeout_ms = number;
    else if (strcmp(name, "log") == 0)
        out->log_level = (enum port_log)number;
    else if (strcmp(name, "ntp-port") == 0)
        out->ntp_port = (uint16_t)number;
    else
        return -1;
    return 0;
}

static void refuse(const char *argument)
{
    console_write("wrong argument: ");
    console_write(argument);
    console_write("\n");
    simcall_exit(EXIT_USAGE);
}

void arguments_read(struct arguments *out)
{
    char text[TEXT_SIZE];

    *out = (struct arguments){
        .trial_timeout_ms = DEVICE_TRIAL_TIMEOUT_MS,
        .log_level = PORT_LOG_INFO,
        .dns_port = 53,
        .ntp_port = 123,
        .air = -1,
    };
    simcall_arguments(text, sizeof text);
    for (char *at = text + strlen(text) + 1, *end; at > text && *at != '\0'; at = end) {
        char *value = strchr(at, '=');

        end = at + strlen(at) + 1;
        if (value != NULL)
            *value++ = '\0';
        if (value == NULL || read_argument(out, at, value) != 0)
            refuse(at);
    }
    if (out->mac[0] == '\0')
        refuse("mac is missing");
}
