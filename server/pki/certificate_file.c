// Files of certificates in PEM.
#include "server/pki/certificate_file.h"

#include <stdbool.h>
#include <stdint.h>
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

// Whether anything but white space stands outside of the blocks.
static bool has_text(const char *pem)
{
    bool inside = false;

    for (const char *line = pem; *line != '\0';) {
        size_t n = strcspn(line, "\n");

        if (strncmp(line, "-----BEGIN ", 11) == 0)
            inside = true;
        else if (!inside && strspn(line, " \t\r") < n)
            return true;
        else if (strncmp(line, "-----END ", 9) == 0)
            inside = false;
        line += n + (line[n] == '\n');
    }
    return false;
}

// What looks like a block to a person, and was perhaps cut off or damaged.
static size_t count_begins(const char *pem)
{
    size_t count = 0;

    for (const char *line = pem; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        count += strncmp(line, "-----BEGIN ", 11) == 0;
    }
    return count;
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
    int rc = 0;
    BIO *bio = pem_block_open(pem, n);

    while (rc == 0 && bio != NULL && pem_block_next(bio, &block)) {
        rc = add(file, &block, err);
        pem_block_clear(&block);
    }
    BIO_free(bio);
    if (rc == 0 && file->count == 0)
        return err_set(err, ERR_INVALID, "holds no certificate in PEM");
    if (rc == 0 && count_begins((const char *)pem) > file->count)
        return err_set(err, ERR_INVALID, "certificate %zu is cut off or damaged", file->count + 1);
    if (rc == 0 && (strlen((const char *)pem) != n || has_text((const char *)pem)))
        return err_set(err, ERR_INVALID,
            "has text around its certificates, which not every device skips; write each anew with "
            "`openssl x509 -in OLD -out NEW`");
    return rc;
}

int certificate_file_decode(
    const uint8_t *pem, size_t n, struct certificate_file *out, struct err *err)
{
    struct certificate_file file = {.size_bytes = n};
    int rc = add_all(&file, pem, n, err);

    if (rc < 0) {
        certificate_file_clear(&file);
        return rc;
    }
    *out = file;
    return 0;
}

int certificate_file_read(const char *path, struct certificate_file *out, struct err *err)
{
    uint8_t *pem;
    size_t n;
    int rc = file_read(path, FILE_MAX_BYTES, &pem, &n, err);

    if (rc < 0)
        return rc;
    rc = certificate_file_decode(pem, n, out, err);
    explicit_bzero(pem, n);
    free(pem);
    return rc < 0 ? err_context(err, "%s", path) : 0;
}
