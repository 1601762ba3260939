// The start: which image and which files are in use.
#include "firmware/core/startup.h"

#include <stdio.h>
#include <string.h>

#include <mbedtls/platform_util.h>

#include "common/contract.h"
#include "common/crc32.h"
#include "common/wifi_networks.h"
#include "firmware/core/memory.h"
#include "firmware/core/notice.h"
#include "firmware/core/restart.h"
#include "firmware/core/tls_library.h"
#include "firmware/core/tls_retain.h"
#include "firmware/core/trial.h"

static int find_descriptor(struct device *device, struct failure *failure)
{
    struct slots_image *image = &device->slots.images[device->slots.active];
    struct image_descriptor descriptor;
    struct image_scan scan;
    int rc = STEP_AGAIN;

    image_scan_start(&scan, device->port, device->slots.active, image->size_bytes);
    if (image_scan_read(&scan, image->descriptor_offset, device->scratch, &descriptor, failure) ==
        0) {
        device->running = descriptor.name;
        return 0;
    }
    while (rc == STEP_AGAIN)
        rc = image_scan_step(&scan, device->scratch, failure);
    if (rc < 0)
        return rc;
    device->running = scan.name;
    image->descriptor_offset = (uint32_t)scan.descriptor_offset;
    memcpy(image->name, scan.name.text, sizeof image->name);
    return slots_store(&device->slots, device->port, failure);
}

// An active image without a descriptor is damaged: the other slot is the way out, if it ever ran.
static int choose_image(struct device *device, struct failure *failure)
{
    int rc = find_descriptor(device, failure);

    if (rc == 0 || !slots_skip(&device->slots, failure->detail))
        return rc;
    rc = slots_store(&device->slots, device->port, failure);
    if (rc == 0 && device->port->has_boot_loader) // what runs is still the damaged one
        restart_now(device, "image damaged");
    else if (rc == 0)
        rc = find_descriptor(device, failure);
    return rc;
}

static int start_image(struct device *device, struct failure *failure)
{
    int rc = device->port->has_boot_loader ? slots_load(&device->slots, device->port, failure)
                                           : slots_start(&device->slots, device->port, failure);

    device->current.has_id = device->slots.has_id; // of what may have caused this start
    device->current.id = device->slots.id;
    return rc < 0 ? rc : choose_image(device, failure);
}

// Tells why the run before ended, unless a trial failed by it and says so itself.
static void report_last_reset(struct device *device)
{
    const struct slots *slots = &device->slots;
    char why[FAILURE_DETAIL_SIZE / 2] = "";
    struct failure failure;

    if (slots->trial == SLOTS_TRIAL_FAILED || slots->staged_trial == SLOTS_TRIAL_FAILED)
        return;
    device->port->ops->last_reset(device->port, why, sizeof why);
    if (why[0] == '\0')
        return;
    failure_set(&failure, RESULT_CRASHED, "restarted by: %s", why);
    notice_error(device, &failure);
}

static int read_file(
    struct device *device, enum staging_file file, unsigned mask, struct failure *failure)
{
    char name[STAGING_NAME_SIZE];
    int n = staging_read(device->port, device->mac, file, mask, device->scratch);

    if (n >= 0)
        return n;
    staging_name(file, device->mac, (mask & STAGING_BIT(file)) != 0, name);
    return failure_set(failure, RESULT_FILE_INVALID, "%s: %s", name,
        n == PORT_ABSENT ? "is missing" : "cannot be read");
}

// Reads one of the identity's files.
static int read_part(
    struct device *device, enum staging_file file, unsigned mask, struct failure *failure)
{
    int n = read_file(device, file, mask, failure);

    if (n >= 0)
        device->identity_crc = crc32_update(device->identity_crc, device->scratch, (size_t)n);
    return n;
}

static int read_parts(struct device *device, unsigned mask, struct failure *failure)
{
    struct identity *identity = &device->identity;
    int n;

    device->identity_crc = 0;
    n = read_part(device, STAGING_CA, mask, failure);
    if (n >= 0)
        n = identity_read_ca(identity, device->scratch, (size_t)n, failure);
    if (n >= 0)
        n = read_part(device, STAGING_CERT, mask, failure);
    if (n >= 0)
        n = identity_read_cert(identity, device->scratch, (size_t)n, device->mac, failure);
    if (n >= 0)
        n = read_part(device, STAGING_KEY, mask, failure);
    if (n >= 0)
        n = identity_read_key(identity, device->scratch, (size_t)n, failure);
    mbedtls_platform_zeroize(device->scratch, sizeof device->scratch);
    return n;
}

// Whether the parts belong together takes a second of computing on the chip: files with which the
// device has reported before need not be asked.
static int read_identity(struct device *device, unsigned mask, struct failure *failure)
{
    int n;

    memory_watch();
    n = read_parts(device, mask, failure);
    if (n >= 0 && device->identity_crc == device->slots.proven_identity)
        return 0;
    if (n >= 0)
        n = identity_check_key(&device->identity, failure);
    if (n >= 0) // dates are for the servers to judge: the clock need not be set yet
        n = identity_check_chain(&device->identity, false, failure);
    return n < 0 ? memory_judge(n, failure) : 0;
}

// By which the backend tells what is in use. The digest is that of updates, of which none is under
// way yet.
static void hash_config(struct device *device, size_t n)
{
    struct image_digest *digest = &device->update.verify.digest;
    uint32_t hash[IMAGE_DIGEST_SIZE / sizeof(uint32_t)];

    image_digest_start(digest);
    tls_library_sha256_update(&digest->sha, device->scratch, n);
    tls_library_sha256_finish(&digest->sha, (uint8_t *)hash);
    image_digest_clear(digest);
    device->config_hash[0] = hash[0];
    device->config_hash[1] = hash[1];
}

static int read_settings(struct device *device, unsigned mask, struct failure *failure)
{
    int n = read_file(device, STAGING_CONFIG, mask, failure);

    if (n < 0)
        return n;
    hash_config(device, (size_t)n);
    memory_watch();
    n = settings_parse((char *)device->scratch, (size_t)n, &device->settings, failure);
    return memory_judge(n, failure);
}

// Reads the files of one group, the staged ones if they are any good. Returns which staged ones are
// in use, or a failure.
static int read_group(struct device *device, unsigned staged,
    int (*read)(struct device *, unsigned, struct failure *), struct failure *failure)
{
    struct failure first;
    struct failure second;
    int rc;

    if (staged == 0)
        return read(device, 0, failure);
    if (read(device, staged, &first) == 0)
        return (int)staged;
    rc = read(device, 0, failure);
    if (rc < 0)
        return rc;
    failure_set(&second, first.result, "new files are not used: %.80s", first.detail);
    notice_error(device, &second);
    return 0;
}

// Wi-Fi networks wait for no other file: what is no list of them goes. Those in use are the port's
// own matter.
static unsigned check_networks(struct device *device, unsigned staged)
{
    const unsigned wifi = STAGING_BIT(STAGING_WIFI);
    int n = (staged & wifi) == 0
                ? 0
                : staging_read(device->port, device->mac, STAGING_WIFI, wifi, device->scratch);
    bool is_list = n > 0 && wifi_networks_count(device->scratch, (size_t)n) > 0;

    mbedtls_platform_zeroize(device->scratch, sizeof device->scratch);
    if (is_list || (staged & wifi) == 0)
        return staged;
    notice_log(device, PORT_LOG_WARNING, "%s: is no list of networks", WIFI_NETWORKS_FILE ".new");
    (void)staging_discard(device->port, device->mac, wifi);
    return staged & ~wifi;
}

static int start_files(struct device *device, struct failure *failure)
{
    unsigned staged = staging_find(device->port, device->mac, device->scratch);
    int identity = read_group(device, staged & STAGING_IDENTITY, read_identity, failure);

    if (identity < 0)
        return identity;

    int config = read_group(device, staged & STAGING_BIT(STAGING_CONFIG), read_settings, failure);

    if (config < 0)
        return config;

    staged = (staged & STAGING_BIT(STAGING_WIFI)) | (unsigned)identity | (unsigned)config;
    return trial_begin_staged(device, check_networks(device, staged), failure);
}

int startup_run(struct device *device, struct failure *failure)
{
    int rc;

    events_load(&device->events, device->port);
    rc = start_image(device, failure);
    if (rc < 0 || device->state == DEVICE_RESTART)
        return rc;
    report_last_reset(device);
    rc = trial_report(device, failure);
    if (rc == 0)
        rc = start_files(device, failure);
    if (rc == 0)
        rc = tls_init(&device->tls, device->port, &device->identity, failure);
    if (rc == 0)
        tls_retain_restore(&device->tls, device->identity_crc);
    return rc;
}
