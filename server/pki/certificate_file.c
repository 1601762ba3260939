// Files of certificates in PEM.
#include "server/pki/certificate_file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/file.h"
#include "server/pki/pem_block.h"

#define FILE_MAX_BYTES ((size_t)1024 * 1024)

void certificate_file_clear(struct certificate_file *file)
{
    for (size_t i = 0; i < file->count; i++)
        certificate_free(file->certificates[i]);
    *file = (struct certificate_file){0};
}

// Counts the lines that begin a block. Returns whether anything but white space stands outside of
// the blocks.
static bool has_text(const char *pem, size_t *blocks)
{
    bool inside = false;

    for (const char *line = pem; *line != '\0';) {
        size_t n = strcspn(line, "\n");

        if (strncmp(line, "-----BEGIN ", 11) == 0) {
            inside = true;
            ++*blocks;
        } else if (!inside && strspn(line, " \t\r") < n) {
            return true;
        } else if (strncmp(line, "-----END ", 9) == 0) {
            inside = false;
        }
        line += n + (line[n] == '\n');
    }
    return false;
}

static int add(struct certificate_file *file, const struct pem_block *block, struct err *err)
{
    int rc;

    if (strcmp(block->label, "CERTIFICATE") != 0)
        return err_set(err, ERR_INVALID, "holds a PEM block %s beside certificates", block->label);
    if (file->count == CERTIFICATE_FILE_MAX)
        return err_set(err, ERR_INVALID, "holds more than %d certificates", CERTIFICATE_FILE_MAX);

    rc = certificate_from_der(block->der, block->size_bytes, &file->certificates[file->count], err);
    if (rc < 0)
        return err_set(err, rc, "certificate %zu is damaged", file->count + 1);
    file->count++;
    return 0;
}

static int add_all(struct certificate_file *file, const uint8_t *pem, size_t n, struct err *err)
{
    struct pem_block block;
    size_t blocks = 0;
    int rc = 0;
    BIO *bio = pem_block_open(pem, n);

    while (rc == 0 && bio != NULL && pem_block_next(bio, &block)) {
        rc = add(file, &block, err);
        pem_block_clear(&block);
    }
    BIO_free(bio);
    if (rc == 0 && file->count == 0)
        return err_set(err, ERR_INVALID, "holds no certificate in PEM");
    if (rc == 0 && (strlen((const char *)pem) != n || has_text((const char *)pem, &blocks)))
        return err_set(err, ERR_INVALID,
            "has text around its certificates, which not every device skips; rewrite each with "
            "`openssl x509 -in OLD -out NEW`");
    if (rc == 0 && blocks != file->count) // reading ends at a block that is none
        return err_set(err, ERR_INVALID, "certificate %zu is damaged", file->count + 1);
    return rc;
}

int certificate_file_parse(
    const uint8_t *pem, size_t n, struct certificate_file *out, struct err *err)
{
    struct certificate_file file = {.size_bytes = n};
    int rc = add_all(&file, pem, n, err);

    if (rc < 0)
        certificate_file_clear(&file);
    else
        *out = file;
    return rc;
}

int certificate_file_read(const char *path, struct certificate_file *out, struct err *err)
{
    uint8_t *pem;
    size_t n;
    int rc = file_read(path, FILE_MAX_BYTES, &pem, &n, err);

    if (rc < 0)
        return rc;
    rc = certificate_file_parse(pem, n, out, err);
    explicit_bzero(pem, n);
    free(pem);
    return rc < 0 ? err_context(err, "%s", path) : 0;
}
