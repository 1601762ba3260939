// A board's file system, and what makes it start anew.
#include "test/deployed/deployed_device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "test/deployed/deployed_report.h"

#define KEY_BEGIN "-----BEGIN PUBLIC KEY-----"
#define KEY_END "-----END PUBLIC KEY-----"

int64_t deployed_device_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void deployed_device_path(const struct deployed_device *device, const char *name,
    const char *suffix, char out[DEPLOYED_DEVICE_PATH_SIZE])
{
    snprintf(out, DEPLOYED_DEVICE_PATH_SIZE, "%s/%s%s", device->folder, name, suffix);
}

// True if there was such a download.
static bool use_download(const struct deployed_device *device, const char *name, const char *suffix)
{
    char file[DEPLOYED_DEVICE_PATH_SIZE], full_suffix[16], next[DEPLOYED_DEVICE_PATH_SIZE];

    snprintf(full_suffix, sizeof full_suffix, "%s.next", suffix);
    deployed_device_path(device, name, suffix, file);
    deployed_device_path(device, name, full_suffix, next);
    return rename(next, file) == 0;
}

void deployed_device_reboot(struct deployed_device *device)
{
    use_download(device, "config", ".json");
    use_download(device, "ca", ".crt");
    use_download(device, device->mac, ".crt");
    use_download(device, device->mac, ".key");
    device->booted_at_ms = deployed_device_now_ms();
    device->losses_seen = 0;
}

// --- the image: a board runs it, this program looks into it

// The name of the image: the board's, which the running one has too, and another version.
static int find_name(struct deployed_device *device, const char *p, size_t n)
{
    const char *dash = strrchr(device->image, '-');
    size_t board = dash == NULL ? 0 : (size_t)(dash - device->image) + 1;
    const char *name = board == 0 ? NULL : memmem(p, n, device->image, board);
    size_t length = name == NULL ? 0 : strnlen(name, n - (size_t)(name - p));

    if (length == 0 || length >= sizeof device->image)
        return deployed_report_failure(FAILURE_IMAGE, "the image does not hold its name");
    memcpy(device->before, device->image, sizeof device->before);
    snprintf(device->image, sizeof device->image, "%s", name);
    return 0;
}

static int find_key(const struct deployed_device *device, const char *p, size_t n)
{
    const char *begin = memmem(p, n, KEY_BEGIN, strlen(KEY_BEGIN));
    size_t rest = begin == NULL ? 0 : n - (size_t)(begin - p);
    const char *end = begin == NULL ? NULL : memmem(begin, rest, KEY_END, strlen(KEY_END));
    char path[DEPLOYED_DEVICE_PATH_SIZE];
    FILE *file;

    if (end == NULL)
        return deployed_report_failure(FAILURE_IMAGE, "the image embeds no key");
    deployed_device_path(device, "public.key", "", path);
    file = fopen(path, "wb");
    if (file == NULL)
        return deployed_report_failure(FAILURE_FILE, "%s: %s", path, strerror(errno));
    fprintf(file, "%.*s\n", (int)(end - begin) + (int)strlen(KEY_END), begin);
    return fclose(file) == 0
               ? 0
               : deployed_report_failure(FAILURE_FILE, "%s: %s", path, strerror(errno));
}

static int look_into(struct deployed_device *device, const char *path)
{
    struct stat stat = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *p;
    int rc;

    if (fd < 0 || fstat(fd, &stat) < 0 || stat.st_size == 0) {
        if (fd >= 0)
            close(fd);
        return deployed_report_failure(FAILURE_FILE, "%s: cannot be read", path);
    }
    p = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (p == MAP_FAILED)
        return deployed_report_failure(FAILURE_FILE, "%s: %s", path, strerror(errno));
    rc = find_name(device, p, (size_t)stat.st_size);
    if (rc == 0)
        rc = find_key(device, p, (size_t)stat.st_size);
    device->has_slept = false;
    munmap(p, (size_t)stat.st_size);
    return rc;
}

int deployed_device_flash(struct deployed_device *device)
{
    char path[DEPLOYED_DEVICE_PATH_SIZE];
    int rc;

    if (!use_download(device, "firmware", ".bin")) {
        snprintf(device->error, sizeof device->error, "no image downloaded");
        return 0;
    }
    deployed_device_path(device, "firmware", ".bin", path);
    rc = look_into(device, path);
    deployed_device_reboot(device);
    return rc;
}
