// device-files: makes and reads the region of a device's flash that holds its files.
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/mac.h"
#include "firmware/core/file_store.h"
#include "firmware/core/files.h"
#include "firmware/port/host/flash_file.h"
#include "firmware/port/host/host_flash.h"
#include "firmware/tool/device_files/check.h"

#define EXIT_USAGE 2
#define NUMBER_MAX (1ul << 30)

static const char usage[] =
    "Usage: device-files [OPTION]... FILE list\n"
    "  or:  device-files [OPTION]... FILE get NAME\n"
    "  or:  device-files [OPTION]... FILE put NAME=PATH...\n"
    "  or:  device-files [OPTION]... FILE remove NAME...\n"
    "  or:  device-files [OPTION]... FILE check MAC\n"
    "Lists, writes to the standard output, takes in and removes the files that a device\n"
    "has in its flash: config.json, ca.crt, <mac>.crt, <mac>.key, claim.crt, claim.key\n"
    "and code if it is to get a certificate by itself, and those of its own making. FILE\n"
    "is the flash, or its region for files; put makes it if there is none, readable for\n"
    "its owner alone. A device that runs must not be written to. check says whether the\n"
    "device of that MAC can start with them, as the device itself judges it.\n"
    "\n"
    "  -o, --offset N    where the region begins in FILE (0)\n"
    "  -s, --size N      bytes of the region (262144)\n"
    "  -e, --sector N    bytes that the flash erases at once (4096)\n"
    "  -h, --help        show this text and exit\n"
    "  -V, --version     show the version and exit\n"
    "\n"
    "N is decimal, or hexadecimal with 0x. The defaults are those of virtual-esp's\n"
    "files.bin. Exit status: 0 done, 1 failed, 2 wrong usage.\n";

static const struct option long_options[] = {
    {"offset", required_argument, NULL, 'o'},
    {"size", required_argument, NULL, 's'},
    {"sector", required_argument, NULL, 'e'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

struct region {
    const char *path;
    int fd;
    size_t offset; // in the file
    struct file_store_flash flash;
};

static int complain(const char *what, const char *value)
{
    fprintf(stderr, "device-files: %s%s\nTry 'device-files --help'.\n", what, value);
    return -EXIT_USAGE;
}

// --- the region

static int read_region(void *ctx, size_t offset, uint8_t *p, size_t n)
{
    const struct region *region = ctx;

    return flash_file_read(region->fd, region->offset + offset, p, n);
}

static int erase_region(void *ctx, size_t sector_offset)
{
    const struct region *region = ctx;

    return flash_file_erase(region->fd, region->offset + sector_offset, region->flash.sector_size);
}

static int write_region(void *ctx, size_t offset, const uint8_t *p, size_t n)
{
    const struct region *region = ctx;

    return flash_file_write(region->fd, region->offset + offset, p, n);
}

static int sync_region(void *ctx)
{
    (void)ctx; // a plain file, as durable as any other
    return 0;
}

static int create(struct region *region)
{
    region->fd = open(region->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (region->fd < 0)
        return -1;
    // To write nothing at its end fills all that is before.
    return flash_file_write(region->fd, region->offset + region->flash.size, NULL, 0);
}

static int open_region(struct region *region, bool to_write, bool *is_new)
{
    struct stat status;

    region->fd = open(region->path, (to_write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (region->fd < 0 && errno == ENOENT && *is_new)
        return create(region);
    *is_new = false;
    if (region->fd < 0 || fstat(region->fd, &status) != 0)
        return -1;
    if (status.st_size >= (off_t)region->offset)
        return 0;
    errno = ESPIPE;
    return -1;
}

// --- commands: each returns an exit status

static int fail(const struct region *region, const char *name, const char *why)
{
    fprintf(
        stderr, "device-files: %s: %s%s%s\n", region->path, name, *name == '\0' ? "" : ": ", why);
    return EXIT_FAILURE;
}

static int fail_io(const struct region *region, const char *name)
{
    if (errno == 0)
        errno = EIO;
    fprintf(stderr, "device-files: %s: %s%s%m\n", region->path, name, *name == '\0' ? "" : ": ");
    return EXIT_FAILURE;
}

static int list(struct region *region, char **arguments)
{
    char name[PORT_FILE_NAME_MAX + 1];

    (void)arguments;
    for (size_t i = 0; i < file_store_places(&region->flash); i++) {
        int size = file_store_entry(&region->flash, i, name);

        if (size == PORT_FAILED)
            return fail_io(region, "");
        if (size >= 0)
            printf("%6d  %s\n", size, name);
    }
    return EXIT_SUCCESS;
}

static int get(struct region *region, char **arguments)
{
    size_t max = region->flash.copy_size;
    uint8_t *p = malloc(max);
    int n;
    int status = EXIT_SUCCESS;

    if (p == NULL)
        return fail_io(region, *arguments);
    n = file_store_read(&region->flash, *arguments, p, max);
    if (n == PORT_ABSENT)
        status = fail(region, *arguments, "no such file");
    else if (n < 0 || fwrite(p, 1, (size_t)n, stdout) != (size_t)n)
        status = fail_io(region, *arguments);
    free(p);
    return status;
}

static bool is_full(const struct file_store_flash *flash)
{
    char name[PORT_FILE_NAME_MAX + 1];

    for (size_t i = 0; i < file_store_places(flash); i++) {
        if (file_store_entry(flash, i, name) == PORT_ABSENT)
            return false;
    }
    return true;
}

static int put_bytes(struct region *region, const char *name, const uint8_t *p, size_t n)
{
    if (n > region->flash.copy_size - FILE_STORE_HEADER_SIZE)
        return fail(region, name, "too large for the device");
    if (file_store_write(&region->flash, name, p, n) == 0)
        return EXIT_SUCCESS;
    if (errno == 0 && is_full(&region->flash))
        return fail(region, name, "no place is free");
    return fail_io(region, name);
}

static int put_file(struct region *region, const char *name, const char *path)
{
    size_t max = region->flash.copy_size;
    uint8_t *p = malloc(max);
    FILE *file = fopen(path, "re");
    size_t n = p == NULL || file == NULL ? 0 : fread(p, 1, max, file);
    int status;

    if (p == NULL || file == NULL || ferror(file)) {
        fprintf(stderr, "device-files: %s: %m\n", path);
        status = EXIT_FAILURE;
    } else {
        errno = 0;
        status = put_bytes(region, name, p, n);
    }
    if (file != NULL)
        (void)fclose(file);
    free(p);
    return status;
}

// NAME=PATH
static int put_argument(struct region *region, const char *argument)
{
    char name[PORT_FILE_NAME_MAX + 1] = "";
    size_t length = strcspn(argument, "=");

    if (argument[length] == '\0' || length == 0 || length >= sizeof name) {
        complain("not NAME=PATH, or a name too long: ", argument);
        return EXIT_USAGE;
    }
    memcpy(name, argument, length);
    return put_file(region, name, argument + length + 1);
}

static int put(struct region *region, char **arguments)
{
    int status = EXIT_SUCCESS;

    for (; *arguments != NULL && status == EXIT_SUCCESS; arguments++)
        status = put_argument(region, *arguments);
    return status;
}

static int remove_files(struct region *region, char **arguments)
{
    for (; *arguments != NULL; arguments++) {
        uint8_t byte;

        errno = 0;
        if (file_store_read(&region->flash, *arguments, &byte, 0) == PORT_ABSENT)
            return fail(region, *arguments, "no such file");
        if (file_store_remove(&region->flash, *arguments) != 0)
            return fail_io(region, *arguments);
    }
    return EXIT_SUCCESS;
}

static int check(struct region *region, char **arguments)
{
    char mac[MAC_SIZE];
    struct failure failure;

    if (!mac_parse(*arguments, mac)) {
        complain("no MAC: ", *arguments);
        return EXIT_USAGE;
    }
    if (check_device_files(&region->flash, mac, &failure) < 0)
        return fail(region, "", failure.detail);
    return EXIT_SUCCESS;
}

struct command {
    const char *name;
    int (*run)(struct region *region, char **arguments);
    int arguments_min;
    int arguments_max;
    bool writes;
    bool creates;
};

static const struct command commands[] = {
    {"list", list, 0, 0, false, false},
    {"get", get, 1, 1, false, false},
    {"put", put, 1, INT_MAX, true, true},
    {"remove", remove_files, 1, INT_MAX, true, false},
    {"check", check, 1, 1, false, false},
};

// --- the command line

static int read_number(const char *s, size_t *out)
{
    char *end;
    unsigned long value = strtoul(s, &end, strncmp(s, "0x", 2) == 0 ? 16 : 10);

    if (*s < '0' || *s > '9' || *end != '\0' || value > NUMBER_MAX)
        return complain("not a number in range: ", s);
    *out = value;
    return 0;
}

// 0, 1 if there is nothing left to do, or the negative exit status.
static int read_options(int argc, char **argv, struct region *region)
{
    int rc = 0;
    int option;

    // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread runs
    while (rc == 0 && (option = getopt_long(argc, argv, "+o:s:e:hV", long_options, NULL)) != -1) {
        switch (option) {
        case 'o': rc = read_number(optarg, &region->offset); break;
        case 's': rc = read_number(optarg, &region->flash.size); break;
        case 'e': rc = read_number(optarg, &region->flash.sector_size); break;
        case 'h': rc = fputs(usage, stdout) < 0 ? -EXIT_FAILURE : 1; break;
        case 'V':
            rc = printf("device-files %s\n", SECUREESP_VERSION) < 0 ? -EXIT_FAILURE : 1;
            break;
        default: rc = complain("wrong usage", ""); break;
        }
    }
    return rc;
}

static int check_geometry(struct file_store_flash *flash)
{
    if (flash->sector_size == 0 || flash->size % flash->sector_size != 0)
        return complain("the region must be whole sectors", "");
    flash->copy_size = files_copy_size(flash->sector_size);
    if (file_store_places(flash) == 0)
        return complain("the region is too small for two copies of a file", "");
    return 0;
}

static const struct command *find_command(int argc, char **argv)
{
    for (size_t i = 0; argc >= 2 && i < sizeof commands / sizeof commands[0]; i++) {
        const struct command *command = &commands[i];

        if (strcmp(argv[1], command->name) == 0 && argc - 2 >= command->arguments_min &&
            argc - 2 <= command->arguments_max)
            return command;
    }
    complain("which file, and what to do with it? ", "");
    return NULL;
}

static int run(const struct command *command, struct region *region, char **arguments)
{
    bool is_new = command->creates;
    int status;

    errno = 0;
    if (open_region(region, command->writes, &is_new) == 0)
        status = command->run(region, arguments);
    else if (errno == ESPIPE)
        status = fail(region, "", "ends before the region");
    else
        status = fail_io(region, "");
    if (region->fd >= 0 && close(region->fd) != 0 && status == EXIT_SUCCESS)
        status = fail_io(region, "");
    if (status != EXIT_SUCCESS && is_new)
        unlink(region->path);
    if (fflush(stdout) != 0 && status == EXIT_SUCCESS)
        status = fail_io(region, "");
    return status;
}

int main(int argc, char **argv)
{
    struct region region = {
        .fd = -1,
        .flash = {read_region, erase_region, write_region, sync_region, &region,
            HOST_FLASH_FILES_SIZE, HOST_FLASH_SECTOR, 0},
    };
    const struct command *command;
    int rc = read_options(argc, argv, &region);

    if (rc == 0)
        rc = check_geometry(&region.flash);
    if (rc != 0)
        return rc < 0 ? -rc : fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    argc -= optind;
    argv += optind;
    command = find_command(argc, argv);
    if (command == NULL)
        return EXIT_USAGE;
    region.path = argv[0];
    return run(command, &region, argv + 2);
}
