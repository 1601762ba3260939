// Backups, as a restore reads them: whatever comes, and in whatever pieces, no name leads out of
// its folder, and the same is told.
#include <string.h>

#include "server/archive/archive_reader.h"
#include "test/fuzz/fuzz.h"

struct heard {
    uint64_t expected, bytes, members;
    bool is_open, has_about;
};

static int hear_about(const struct archive_about *about, void *ctx, struct err *err)
{
    struct heard *heard = ctx;

    (void)err;
    FUZZ_CHECK(!heard->has_about && heard->members == 0 && about->made_at_ms >= 0);
    heard->has_about = true;
    return 0;
}

static int hear_begin(const struct tar_header *header, void *ctx, struct err *err)
{
    struct heard *heard = ctx;

    (void)err;
    FUZZ_CHECK(heard->has_about && !heard->is_open);
    FUZZ_CHECK(header->name[0] != '/' && header->name[0] != '\0');
    FUZZ_CHECK(strstr(header->name, "..") != header->name && strstr(header->name, "/.") == NULL);
    FUZZ_CHECK((header->mode & ~0777u) == 0 && header->size_bytes <= TAR_HEADER_BYTES_MAX);
    heard->expected = header->size_bytes;
    heard->bytes = 0;
    heard->is_open = true;
    return 0;
}

static int hear_add(const void *p, size_t n, void *ctx, struct err *err)
{
    struct heard *heard = ctx;

    (void)p;
    (void)err;
    heard->bytes += n;
    FUZZ_CHECK(heard->is_open && n > 0 && heard->bytes <= heard->expected);
    return 0;
}

static int hear_end(void *ctx, struct err *err)
{
    struct heard *heard = ctx;

    (void)err;
    FUZZ_CHECK(heard->is_open && heard->bytes == heard->expected);
    heard->is_open = false;
    heard->members++;
    return 0;
}

static int read_in(const uint8_t *p, size_t n, size_t piece, struct heard *heard)
{
    struct archive_reader_events events = {hear_about, hear_begin, hear_add, hear_end, heard};
    struct archive_reader *reader;
    struct err err = {0};
    int rc = 0;

    memset(heard, 0, sizeof *heard);
    FUZZ_CHECK(archive_reader_open(&events, &reader, &err) == 0);
    for (size_t i = 0; i < n && rc == 0; i += piece)
        rc = archive_reader_write(p + i, n - i < piece ? n - i : piece, reader, &err);
    if (rc == 0)
        rc = archive_reader_end(reader, &err);
    FUZZ_CHECK(rc == 0 || err.message[0] != '\0');
    FUZZ_CHECK(rc < 0 || archive_reader_list(reader)->count == heard->members + 1);
    archive_reader_free(reader);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const uint8_t *bytes = fuzz_bytes(p, n);
    struct heard whole = {0};
    struct heard pieces = {0};

    FUZZ_CHECK(read_in(bytes, n, n + 1, &whole) == read_in(bytes, n, 97, &pieces));
    FUZZ_CHECK(whole.members == pieces.members && whole.has_about == pieces.has_about);
    return 0;
}
