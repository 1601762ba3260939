// lx106-image: puts the CRC-32 into the header of a program linked for the emulated board.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/crc32.h"
#include "firmware/port/lx106/board/app_image.h"
#include "firmware/port/lx106/board/flash_map.h"

#define EXIT_USAGE 2

static const char usage[] =
    "Usage: lx106-image FILE\n"
    "Completes the header of a program that was linked for the emulated board, in place.\n";

static int complete(FILE *file, const char *name)
{
    static uint8_t bytes[FLASH_MAP_SLOT_SIZE];
    struct app_image header;
    size_t size = fread(bytes, 1, sizeof bytes, file);

    memcpy(&header, bytes, sizeof header);
    if (size < sizeof header || header.magic != APP_IMAGE_MAGIC || header.size != size) {
        fprintf(stderr, "lx106-image: %s: not a program of the emulated board\n", name);
        return -1;
    }
    header.crc = crc32_update(0, bytes + APP_IMAGE_CRC_FROM, size - APP_IMAGE_CRC_FROM);
    rewind(file);
    if (fwrite(&header, sizeof header, 1, file) == 1)
        return 0;
    perror(name);
    return -1;
}

int main(int argc, char **argv)
{
    FILE *file;
    int rc;

    if (argc != 2 || argv[1][0] == '-') {
        fputs(usage, argc == 2 && strcmp(argv[1], "--help") == 0 ? stdout : stderr);
        return argc == 2 && strcmp(argv[1], "--help") == 0 ? 0 : EXIT_USAGE;
    }
    file = fopen(argv[1], "r+b");
    if (file == NULL) {
        perror(argv[1]);
        return 1;
    }
    rc = complete(file, argv[1]);
    if (fclose(file) != 0 && rc == 0) {
        perror(argv[1]);
        rc = -1;
    }
    return rc == 0 ? 0 : 1;
}
