// Reads a backup.
#include "server/archive/archive_reader.h"

#include <stdlib.h>
#include <string.h>

#define ABOUT_MAX ((size_t)64 * 1024)

enum step { HEADER, BYTES, PADDING, END };

struct archive_reader {
    struct archive_reader_events events;
    enum step step;
    uint8_t block[TAR_HEADER_SIZE];
    size_t block_n;
    struct tar_header header; // of the member that is under way
    uint64_t left;            // of its bytes, or of its padding
    struct digest *digest;
    uint8_t *own; // the bytes of the first and the last, which are kept; NULL: of others
    size_t own_n;
    bool is_manifest; // so it is the last
    bool has_manifest;
    struct archive_list list;
};

int archive_reader_open(
    const struct archive_reader_events *events, struct archive_reader **out, struct err *err)
{
    struct archive_reader *reader = calloc(1, sizeof *reader);

    if (reader == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for an archive");
    reader->events = *events;
    *out = reader;
    return 0;
}

static bool is_first(const struct archive_reader *reader)
{
    return reader->list.count == 0;
}

static int judge_header(const struct archive_reader *reader, struct err *err)
{
    const char *name = reader->header.name;
    size_t max = reader->is_manifest ? ARCHIVE_READER_MANIFEST_MAX : ABOUT_MAX;
    bool is_own = is_first(reader) || reader->is_manifest;

    if (!archive_list_is_name(name))
        return err_set(err, ERR_INVALID, "no backup has the name \"%s\"", name);
    if (is_first(reader) != (strcmp(name, ARCHIVE_LIST_ABOUT) == 0))
        return err_set(err, ERR_INVALID, "it is a tar archive, but no backup of secureesp");
    if (is_own && reader->header.size_bytes > max)
        return err_set(err, ERR_INVALID, "%s is too large", name);
    return 0;
}

static int begin_member(struct archive_reader *reader, struct err *err)
{
    int rc = tar_header_read(reader->block, &reader->header, err);

    if (rc < 0)
        return rc;
    if (rc == 0)
        return err_set(err, ERR_INVALID, "it ends too early");
    reader->is_manifest = strcmp(reader->header.name, ARCHIVE_LIST_MANIFEST) == 0;
    rc = judge_header(reader, err);
    if (rc < 0)
        return rc;
    reader->left = reader->header.size_bytes;
    reader->step = BYTES;
    reader->digest = digest_begin_sha256();
    if (is_first(reader) || reader->is_manifest) {
        reader->own = malloc((size_t)reader->left + 1);
        reader->own_n = 0;
    }
    if (reader->digest == NULL ||
        (reader->own == NULL && (is_first(reader) || reader->is_manifest)))
        return err_set(err, ERR_NO_MEMORY, "no memory for an archive");
    return reader->own != NULL ? 0 : reader->events.begin(&reader->header, reader->events.ctx, err);
}

static int take_header(struct archive_reader *reader, const uint8_t *p, size_t *n, struct err *err)
{
    size_t room = sizeof reader->block - reader->block_n;

    *n = *n < room ? *n : room;
    memcpy(reader->block + reader->block_n, p, *n);
    reader->block_n += *n;
    if (reader->block_n < sizeof reader->block)
        return 0;
    reader->block_n = 0;
    return begin_member(reader, err);
}

static int take_bytes(struct archive_reader *reader, const uint8_t *p, size_t *n, struct err *err)
{
    *n = *n < reader->left ? *n : (size_t)reader->left;
    reader->left -= *n;
    digest_add(reader->digest, p, *n);
    if (reader->own == NULL)
        return *n == 0 ? 0 : reader->events.add(p, *n, reader->events.ctx, err);
    memcpy(reader->own + reader->own_n, p, *n);
    reader->own_n += *n;
    return 0;
}

static int read_own(struct archive_reader *reader, struct err *err)
{
    const char *text = (const char *)reader->own;
    struct archive_about about;
    int rc;

    if (reader->is_manifest) {
        rc = archive_list_check(&reader->list, text, reader->own_n, err);
        reader->has_manifest = rc == 0;
    } else {
        rc = archive_list_read_about(text, reader->own_n, &about, err);
        if (rc == 0)
            rc = reader->events.about(&about, reader->events.ctx, err);
    }
    free(reader->own);
    reader->own = NULL;
    return rc;
}

static int end_member(struct archive_reader *reader, struct err *err)
{
    struct archive_member member = {.size_bytes = reader->header.size_bytes};
    int rc;

    digest_end(reader->digest, member.sha256);
    reader->digest = NULL;
    memcpy(member.name, reader->header.name, sizeof member.name);
    rc = reader->own != NULL ? read_own(reader, err) : reader->events.end(reader->events.ctx, err);
    if (rc < 0)
        return rc;
    reader->left = tar_header_padding(reader->header.size_bytes);
    reader->step = PADDING;
    return reader->is_manifest ? 0 : archive_list_add(&reader->list, &member, err);
}

// What fills up is zeros, and so is what is behind the last member: nothing hides there.
static int take_zeros(const uint8_t *p, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] != 0)
            return err_set(err, ERR_INVALID, "it is damaged between its files");
    }
    return 0;
}

static int take_padding(struct archive_reader *reader, const uint8_t *p, size_t *n, struct err *err)
{
    *n = *n < reader->left ? *n : (size_t)reader->left;
    reader->left -= *n;
    return take_zeros(p, *n, err);
}

// Ends what has come to its end, also if it is empty.
static int move_on(struct archive_reader *reader, struct err *err)
{
    int rc = 0;

    if (reader->step == BYTES && reader->left == 0)
        rc = end_member(reader, err);
    if (rc == 0 && reader->step == PADDING && reader->left == 0) {
        reader->step = reader->has_manifest ? END : HEADER;
        reader->left = 2 * (uint64_t)TAR_HEADER_SIZE; // at least so many zeros end it
    }
    return rc;
}

static int take(struct archive_reader *reader, const uint8_t *p, size_t *n, struct err *err)
{
    switch (reader->step) {
    case HEADER: return take_header(reader, p, n, err);
    case BYTES: return take_bytes(reader, p, n, err);
    case PADDING: return take_padding(reader, p, n, err);
    default: break;
    }
    reader->left -= *n < reader->left ? *n : reader->left;
    return take_zeros(p, *n, err);
}

int archive_reader_write(const void *p, size_t n, void *ctx, struct err *err)
{
    struct archive_reader *reader = ctx;
    const uint8_t *rest = p;

    while (n > 0) {
        size_t some = n;
        int rc = take(reader, rest, &some, err);

        if (rc == 0)
            rc = move_on(reader, err);
        if (rc < 0)
            return rc;
        rest += some;
        n -= some;
    }
    return 0;
}

int archive_reader_end(const struct archive_reader *reader, struct err *err)
{
    return reader->step == END && reader->left == 0
               ? 0
               : err_set(err, ERR_INVALID, "it ends too early");
}

const struct archive_list *archive_reader_list(const struct archive_reader *reader)
{
    return &reader->list;
}

void archive_reader_free(struct archive_reader *reader)
{
    if (reader == NULL)
        return;
    if (reader->digest != NULL)
        digest_end(reader->digest, NULL);
    free(reader->own);
    archive_list_clear(&reader->list);
    free(reader);
}
