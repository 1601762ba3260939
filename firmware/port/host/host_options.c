// The command line of virtual-esp.
#include "firmware/port/host/host_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/core/device.h"
#include "firmware/port/host/host_port.h"

#define STAGGER_MS 5

static const char usage[] =
    "Usage: virtual-esp --dir DIR --mac MAC [OPTION]...\n"
    "  or:  virtual-esp --dir DIR --count N [--mac FIRST] [OPTION]...\n"
    "Runs the device's firmware as a Linux process: one device whose flash is the\n"
    "folder DIR, or N devices, each in a folder of its own, DIR/<mac>.\n"
    "\n"
    "  -d, --dir DIR            the flash: slot0.bin, slot1.bin and files.bin, in which\n"
    "                           device-files puts the files\n"
    "  -m, --mac MAC            the device; with --count the first of them\n"
    "  -n, --count N            how many devices, in the order of their names\n"
    "      --slot-size BYTES    size of an image slot (983040)\n"
    "      --trial-timeout MS   for new images and files to report (120000)\n"
    "      --air FILE           the access points in reach, a line each: SSID, tab and\n"
    "                           password; without it the Wi-Fi link is always up\n"
    "      --stagger MS         between the starts of two devices (5)\n"
    "      --faults FILE        how devices fail, a line each: MAC, what goes wrong, the image\n"
    "                           with which it does, and after how many seconds (0); what:\n"
    "                           never-return, crash-loop, heap-leak, wrong-report,\n"
    "                           flapping-wifi or asleep\n"
    "      --journal FILE       appends each command that a device begins: MAC, id and name\n"
    "      --rest FILE          how far the devices are, for who drives their clock\n"
    "  -l, --log-level LEVEL    error, warning, info (default) or debug\n"
    "  -h, --help               show this text and exit\n"
    "  -V, --version            show the version and exit\n"
    "\n"
    "SIGTERM and SIGINT end it as a power cut ends a device. Exit status: 0 ended,\n"
    "1 could not run, 2 wrong usage.\n";

enum long_option {
    OPTION_SLOT_SIZE = 256,
    OPTION_TRIAL_TIMEOUT,
    OPTION_STAGGER,
    OPTION_AIR,
    OPTION_FAULTS,
    OPTION_JOURNAL,
    OPTION_REST,
};

static const struct option long_options[] = {
    {"dir", required_argument, NULL, 'd'},
    {"mac", required_argument, NULL, 'm'},
    {"count", required_argument, NULL, 'n'},
    {"slot-size", required_argument, NULL, OPTION_SLOT_SIZE},
    {"trial-timeout", required_argument, NULL, OPTION_TRIAL_TIMEOUT},
    {"stagger", required_argument, NULL, OPTION_STAGGER},
    {"air", required_argument, NULL, OPTION_AIR},
    {"faults", required_argument, NULL, OPTION_FAULTS},
    {"journal", required_argument, NULL, OPTION_JOURNAL},
    {"rest", required_argument, NULL, OPTION_REST},
    {"log-level", required_argument, NULL, 'l'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static int complain(const char *what, const char *value)
{
    fprintf(stderr, "virtual-esp: %s%s\nTry 'virtual-esp --help'.\n", what, value);
    return -1;
}

static int read_number(const char *s, unsigned long min, unsigned long max, unsigned long *out)
{
    char *end;
    unsigned long value = strtoul(s, &end, 10);

    if (*s < '0' || *s > '9' || *end != '\0' || value < min || value > max)
        return complain("not a number in range: ", s);
    *out = value;
    return 0;
}

static int read_level(const char *s, enum port_log *out)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(s, names[i]) == 0) {
            *out = (enum port_log)i;
            return 0;
        }
    }
    return complain("unknown log level: ", s);
}

static int read_option(int option, const char *value, struct host_options *options)
{
    unsigned long number = 0;
    int rc = 0;

    switch (option) {
    case 'd': options->folder = value; break;
    case 'm': rc = mac_parse(value, options->mac) ? 0 : complain("not a MAC: ", value); break;
    case 'l': rc = read_level(value, &options->log_level); break;
    case 'n':
        rc = read_number(value, 1, HOST_OPTIONS_COUNT_MAX, &number);
        options->count = number;
        break;
    case OPTION_AIR: options->air = value; break;
    case OPTION_FAULTS: options->faults = value; break;
    case OPTION_JOURNAL: options->journal = value; break;
    case OPTION_REST: options->rest = value; break;
    case OPTION_SLOT_SIZE:
        rc = read_number(value, 4096, 16ul << 20, &number);
        options->slot_size = number;
        break;
    case OPTION_TRIAL_TIMEOUT:
        rc = read_number(value, 1, 86400000, &number);
        options->trial_timeout_ms = (uint32_t)number;
        break;
    case OPTION_STAGGER:
        rc = read_number(value, 0, 60000, &number);
        options->stagger_ms = (uint32_t)number;
        break;
    default: rc = -1; break;
    }
    return rc;
}

static int check(const struct host_options *options)
{
    if (options->folder == NULL)
        return complain("--dir is missing", "");
    if (options->count == 0 && options->mac[0] == '\0')
        return complain("--mac or --count is missing", "");
    return 0;
}

int host_options_parse(int argc, char **argv, struct host_options *out)
{
    struct host_options options = {
        .slot_size = HOST_PORT_SLOT_SIZE,
        .trial_timeout_ms = DEVICE_TRIAL_TIMEOUT_MS,
        .stagger_ms = STAGGER_MS,
        .log_level = PORT_LOG_INFO,
    };
    int option;

    // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread runs yet
    while ((option = getopt_long(argc, argv, "d:m:n:l:hV", long_options, NULL)) != -1) {
        if (option == 'h') {
            fputs(usage, stdout);
            return 1;
        }
        if (option == 'V') {
            printf("virtual-esp %s\n", SECUREESP_VERSION);
            return 1;
        }
        if (option == '?')
            return complain("wrong usage", "");
        if (read_option(option, optarg, &options) != 0)
            return -1;
    }
    if (optind < argc)
        return complain("unexpected argument: ", argv[optind]);
    if (check(&options) != 0)
        return -1;
    *out = options;
    return 0;
}
