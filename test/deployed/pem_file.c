// Reads a PEM file from the device's flash without holding all of it.
#include "test/deployed/pem_file.h"

#include <bearssl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "test/deployed/arena.h"
#include "test/deployed/deployed_report.h"

#define PIECE 64 // bytes of the file at a time

struct target {
    void (*each)(void *ctx, const void *p, size_t n);
    void *ctx;
    size_t skip; // so many objects that come before
    bool done;
};

// Decodes a piece of the file. False if it is no good PEM.
static bool decode(br_pem_decoder_context *pem, struct target *target, const char *p, size_t n)
{
    while (n > 0 && !target->done) {
        size_t used = br_pem_decoder_push(pem, p, n);

        p += used;
        n -= used;
        switch (br_pem_decoder_event(pem)) {
        case BR_PEM_BEGIN_OBJ:
            br_pem_decoder_setdest(pem, target->skip == 0 ? target->each : NULL, target->ctx);
            break;
        case BR_PEM_END_OBJ:
            target->done = target->skip == 0;
            target->skip -= !target->done;
            break;
        case BR_PEM_ERROR: return false;
        default: break;
        }
    }
    return true;
}

// 1 if there is such an object, 0 if there are not so many.
static int read_nth(const char *path, struct target *target)
{
    br_pem_decoder_context *pem = arena_borrow(sizeof *pem);
    char piece[PIECE];
    bool good = true;
    size_t n;
    FILE *file;

    if (pem == NULL)
        return deployed_report_failure(FAILURE_ARENA, "the arena is full: decoder for %s", path);
    file = fopen(path, "rb");
    if (file == NULL)
        return deployed_report_failure(FAILURE_FILE, "%s: %s", path, strerror(errno));
    br_pem_decoder_init(pem);
    while (good && !target->done && (n = fread(piece, 1, sizeof piece, file)) > 0)
        good = decode(pem, target, piece, n);
    fclose(file);
    explicit_bzero(piece, sizeof piece);
    return good ? target->done : deployed_report_failure(FAILURE_FILE, "%s: no PEM", path);
}

int pem_file_read_nth(const char *path, size_t place,
    void (*each)(void *ctx, const void *p, size_t n), void *ctx, bool *found)
{
    struct target target = {each, ctx, place, false};
    int rc = read_nth(path, &target);

    *found = rc > 0;
    return rc < 0 ? rc : 0;
}

int pem_file_read(const char *path, void (*each)(void *ctx, const void *p, size_t n), void *ctx)
{
    bool found;
    int rc = pem_file_read_nth(path, 0, each, ctx, &found);

    if (rc == 0 && !found)
        return deployed_report_failure(FAILURE_FILE, "%s: no PEM", path);
    return rc;
}

static void count(void *ctx, const void *p, size_t n)
{
    (void)p;
    *(size_t *)ctx += n;
}

struct filled {
    uint8_t *bytes;
    size_t room;
    size_t size;
};

static void fill(void *ctx, const void *p, size_t n)
{
    struct filled *filled = ctx;

    if (n <= filled->room - filled->size)
        memcpy(filled->bytes + filled->size, p, n);
    filled->size += n;
}

int pem_file_take(const char *path, uint8_t **out, size_t *size)
{
    struct filled filled = {0};
    int rc = pem_file_read(path, count, &filled.room);

    arena_return();
    if (rc < 0)
        return rc;
    filled.bytes = arena_take(filled.room);
    if (filled.bytes == NULL)
        return deployed_report_failure(
            FAILURE_ARENA, "the arena is full: %zu bytes of %s", filled.room, path);
    rc = pem_file_read(path, fill, &filled);
    arena_return();
    if (rc == 0 && filled.size != filled.room)
        rc = deployed_report_failure(FAILURE_FILE, "%s changes", path);
    if (rc < 0)
        return rc;
    *out = filled.bytes;
    *size = filled.size;
    return 0;
}
