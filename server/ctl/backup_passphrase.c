// Pass phrases of backups.
#include "server/ctl/backup_passphrase.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/file.h"
#include "server/ctl/secret_prompt.h"

#define FILE_MAX 65536

static int read_file(const char *file, char out[BACKUP_PASSPHRASE_SIZE], struct err *err)
{
    uint8_t *bytes;
    size_t size;
    int rc = file_read(file, FILE_MAX, &bytes, &size, err);

    if (rc < 0)
        return rc;

    size_t n = strcspn((const char *)bytes, "\r\n");

    if (n == 0 || n >= BACKUP_PASSPHRASE_SIZE)
        rc = err_set(err, ERR_INVALID, "%s: its first line is no pass phrase of 1 to %d bytes",
            file, BACKUP_PASSPHRASE_SIZE - 1);
    else
        memcpy(out, bytes, n);
    if (rc == 0)
        out[n] = '\0';
    explicit_bzero(bytes, size);
    free(bytes);
    return rc;
}

static int ask_twice(char out[BACKUP_PASSPHRASE_SIZE], struct err *err)
{
    char again[BACKUP_PASSPHRASE_SIZE];
    int rc = secret_prompt_read(
        "Pass phrase (none: the backup is not encrypted)", out, BACKUP_PASSPHRASE_SIZE, err);

    if (rc < 0 || out[0] == '\0')
        return rc;
    rc = secret_prompt_read("Once more", again, sizeof again, err);
    if (rc == 0 && strcmp(out, again) != 0)
        rc = err_set(err, ERR_INVALID, "these are two different pass phrases");
    explicit_bzero(again, sizeof again);
    return rc;
}

int backup_passphrase_choose(const char *file, char out[BACKUP_PASSPHRASE_SIZE], struct err *err)
{
    out[0] = '\0';
    if (file != NULL)
        return read_file(file, out, err);
    return isatty(STDIN_FILENO) ? ask_twice(out, err) : 0;
}

int backup_passphrase_get(const char *file, char out[BACKUP_PASSPHRASE_SIZE], struct err *err)
{
    if (file != NULL)
        return read_file(file, out, err);
    if (!isatty(STDIN_FILENO))
        return err_set(err, ERR_INVALID, "it is encrypted: give --passphrase-file FILE");
    return secret_prompt_read("Pass phrase", out, BACKUP_PASSPHRASE_SIZE, err);
}
