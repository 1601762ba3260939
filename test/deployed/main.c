// deployed: a device with an Arduino sketch, as it is in the field: BearSSL in 15 KB.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/deployed/arena.h"
#include "test/deployed/deployed_report.h"
#include "test/deployed/sketch.h"
#include "test/deployed/stack_gauge.h"

static const char usage[] =
    "usage: deployed --dir DIR --mac MAC --image IMAGE --mqtt PORT --https PORT --fragment BYTES\n"
    "                [--will TOPIC] [--commands N] [--interval MS] [--updater] [--forgetful]\n"
    "                [--faults FILE] [--watch BYTES]\n"
    "\n"
    "  --dir DIR         the device's files: ca.crt, MAC.crt, MAC.key, public.key\n"
    "  --image IMAGE     what it runs at first\n"
    "  --fragment BYTES  max_fragment_length: 512, 1024, 2048 or 4096\n"
    "  --will TOPIC      (/will/MAC)\n"
    "  --commands N      obeys so many, then leaves (0: never)\n"
    "  --interval MS     between two statuses (1000)\n"
    "  --updater         downloads images as Arduino's HTTPUpdate class\n"
    "  --forgetful       resumes no session with the download server\n"
    "  --faults FILE     how it fails, as virtual-esp's\n"
    "  --watch BYTES     hold the servers' records to this length instead: to see that check "
    "fail\n";

struct run {
    struct deployed_device device;
    unsigned commands;
    const char *faults; // a file, or NULL
    int rc;
};

static void run_sketch(void *ctx)
{
    struct run *run = ctx;

    run->rc = sketch_run(&run->device, run->commands);
}

enum option_name {
    DIR = 1,
    MAC,
    IMAGE,
    MQTT,
    HTTPS,
    FRAGMENT,
    WILL,
    COMMANDS,
    INTERVAL,
    UPDATER,
    FORGETFUL,
    FAULTS,
    WATCH,
};

static void take_option(struct run *run, enum option_name name)
{
    struct deployed_device *device = &run->device;

    switch (name) {
    case DIR: device->folder = optarg; break;
    case MAC: device->mac = optarg; break;
    case IMAGE: snprintf(device->image, sizeof device->image, "%s", optarg); break;
    case MQTT: device->mqtt_port = (uint16_t)strtoul(optarg, NULL, 10); break;
    case HTTPS: device->https_port = (uint16_t)strtoul(optarg, NULL, 10); break;
    case FRAGMENT: device->link.fragment_bytes = strtoul(optarg, NULL, 10); break;
    case WILL: device->will_topic = optarg; break;
    case COMMANDS: run->commands = (unsigned)strtoul(optarg, NULL, 10); break;
    case INTERVAL: device->status_interval_ms = (unsigned)strtoul(optarg, NULL, 10); break;
    case UPDATER: device->has_updater = true; break;
    case FORGETFUL: device->is_forgetful = true; break;
    case FAULTS: run->faults = optarg; break;
    case WATCH: device->link.watch_bytes = strtoul(optarg, NULL, 10); break;
    }
}

// False if they make no sense.
static bool read_options(int argc, char **argv, struct run *run)
{
    static const struct option options[] = {
        {"dir", required_argument, NULL, DIR},
        {"mac", required_argument, NULL, MAC},
        {"image", required_argument, NULL, IMAGE},
        {"mqtt", required_argument, NULL, MQTT},
        {"https", required_argument, NULL, HTTPS},
        {"fragment", required_argument, NULL, FRAGMENT},
        {"will", required_argument, NULL, WILL},
        {"commands", required_argument, NULL, COMMANDS},
        {"interval", required_argument, NULL, INTERVAL},
        {"updater", no_argument, NULL, UPDATER},
        {"forgetful", no_argument, NULL, FORGETFUL},
        {"faults", required_argument, NULL, FAULTS},
        {"watch", required_argument, NULL, WATCH},
        {0},
    };
    static char will[64];
    struct deployed_device *device = &run->device;
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == '?')
            return false;
        take_option(run, (enum option_name)c);
    }
    if (optind != argc || device->folder == NULL || device->mac == NULL ||
        strlen(device->mac) != 12 || device->image[0] == '\0' || device->mqtt_port == 0 ||
        device->https_port == 0 || device->link.fragment_bytes < 512 ||
        device->link.fragment_bytes > 16384)
        return false;
    snprintf(will, sizeof will, "/will/%s", device->mac);
    if (device->will_topic == NULL)
        device->will_topic = will;
    if (device->link.watch_bytes == 0)
        device->link.watch_bytes = device->link.fragment_bytes;
    return true;
}

int main(int argc, char **argv)
{
    struct run run = {.device = {.download_path = "/download", .status_interval_ms = 1000}};
    struct deployed_device *device = &run.device;
    size_t stack = 0;

    if (!read_options(argc, argv, &run)) {
        fputs(usage, stderr);
        return -FAILURE_USAGE;
    }
    if (run.faults != NULL && fault_list_read(&device->faults, run.faults) != 0)
        return -FAILURE_FILE;
    device->link.folder = device->folder;
    device->link.mac = device->mac;
    device->booted_at_ms = deployed_device_now_ms();
    if (!stack_gauge_run(run_sketch, &run, &stack))
        return -deployed_report_failure(FAILURE_INTERNAL, "no stack");
    deployed_report_note("summary fragment=%zu arena=%zu of=%d stack=%zu connections=%u resumed=%u "
                         "records=%u largest_clear=%zu largest_encrypted=%zu allowed=%zu",
        device->link.fragment_bytes, arena_high_water(), ARENA_SIZE, stack,
        device->link.connections, device->link.resumed, device->link.records,
        device->link.largest_clear, device->link.largest_encrypted,
        device->link.watch_bytes + device->link.expansion);
    fault_list_clear(&device->faults);
    return -run.rc;
}
