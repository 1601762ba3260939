// Writes a backup.
#include "server/archive/archive_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OWN_MODE 0600u

static const uint8_t zeros[2 * TAR_HEADER_SIZE];

struct archive_writer {
    struct sink to;
    int64_t made_at_s;
    struct archive_list list;
    struct archive_member member; // that is under way
    uint64_t left;                // of its bytes
    struct digest *digest;
};

int archive_writer_begin(
    struct archive_writer *writer, const struct tar_header *header, struct err *err)
{
    uint8_t block[TAR_HEADER_SIZE];

    if (!archive_list_is_name(header->name))
        return err_set(err, ERR_INVALID, "a backup cannot hold the name \"%s\"", header->name);
    writer->digest = digest_begin_sha256();
    if (writer->digest == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a digest");
    memset(&writer->member, 0, sizeof writer->member);
    memcpy(writer->member.name, header->name, sizeof writer->member.name);
    writer->member.size_bytes = writer->left = header->size_bytes;
    tar_header_write(header, block);
    return writer->to.write(block, sizeof block, writer->to.ctx, err);
}

int archive_writer_add(struct archive_writer *writer, const void *p, size_t n, struct err *err)
{
    if (n > writer->left)
        return err_set(err, ERR_INVALID, "%s grew meanwhile", writer->member.name);
    writer->left -= n;
    digest_add(writer->digest, p, n);
    return writer->to.write(p, n, writer->to.ctx, err);
}

static int pad(struct archive_writer *writer, struct err *err)
{
    size_t n = tar_header_padding(writer->member.size_bytes);

    return n == 0 ? 0 : writer->to.write(zeros, n, writer->to.ctx, err);
}

int archive_writer_end_member(struct archive_writer *writer, struct err *err)
{
    digest_end(writer->digest, writer->member.sha256);
    writer->digest = NULL;
    if (writer->left > 0)
        return err_set(err, ERR_INVALID, "%s became shorter meanwhile", writer->member.name);

    int rc = pad(writer, err);

    return rc < 0 ? rc : archive_list_add(&writer->list, &writer->member, err);
}

static int add_text(
    struct archive_writer *writer, const char *name, const char *text, size_t n, struct err *err)
{
    struct tar_header header = {
        .size_bytes = n, .mode = OWN_MODE, .changed_at_s = writer->made_at_s};
    int rc;

    snprintf(header.name, sizeof header.name, "%s", name);
    rc = archive_writer_begin(writer, &header, err);
    if (rc == 0)
        rc = archive_writer_add(writer, text, n, err);
    return rc < 0 ? rc : archive_writer_end_member(writer, err);
}

// Takes the text over.
static int add_own(
    struct archive_writer *writer, const char *name, char *text, size_t n, struct err *err)
{
    int rc = text == NULL ? err_set(err, ERR_NO_MEMORY, "no memory for %s", name)
                          : add_text(writer, name, text, n, err);

    free(text);
    return rc;
}

int archive_writer_open(const struct archive_about *about, const struct sink *to,
    struct archive_writer **out, struct err *err)
{
    struct archive_writer *writer = calloc(1, sizeof *writer);
    size_t n = 0;
    char *text;
    int rc;

    if (writer == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for an archive");
    writer->to = *to;
    writer->made_at_s = about->made_at_ms / 1000;
    text = archive_list_write_about(about, &n);
    rc = add_own(writer, ARCHIVE_LIST_ABOUT, text, n, err);
    if (rc < 0) {
        archive_writer_free(writer);
        return rc;
    }
    *out = writer;
    return 0;
}

int archive_writer_finish(struct archive_writer *writer, struct err *err)
{
    size_t n = 0;
    char *text = archive_list_write(&writer->list, &n);
    int rc = add_own(writer, ARCHIVE_LIST_MANIFEST, text, n, err);

    return rc < 0 ? rc : writer->to.write(zeros, sizeof zeros, writer->to.ctx, err);
}

void archive_writer_free(struct archive_writer *writer)
{
    if (writer == NULL)
        return;
    if (writer->digest != NULL)
        digest_end(writer->digest, NULL);
    archive_list_clear(&writer->list);
    free(writer);
}
