// Passphrases of backups.
#include "server/ctl/backup_passphrase.h"

#include <string.h>
#include <unistd.h>

#include "server/ctl/secret_file.h"
#include "server/ctl/secret_prompt.h"

static int ask_twice(char out[BACKUP_PASSPHRASE_SIZE], struct err *err)
{
    char again[BACKUP_PASSPHRASE_SIZE];
    int rc = secret_prompt_read(
        "Passphrase (none: the backup is not encrypted)", out, BACKUP_PASSPHRASE_SIZE, err);

    if (rc < 0 || out[0] == '\0')
        return rc;
    rc = secret_prompt_read("Once more", again, sizeof again, err);
    if (rc == 0 && strcmp(out, again) != 0)
        rc = err_set(err, ERR_INVALID, "these are two different passphrases");
    explicit_bzero(again, sizeof again);
    return rc;
}

int backup_passphrase_choose(const char *file, char out[BACKUP_PASSPHRASE_SIZE], struct err *err)
{
    out[0] = '\0';
    if (file != NULL)
        return secret_file_read(file, out, BACKUP_PASSPHRASE_SIZE, err);
    return isatty(STDIN_FILENO) ? ask_twice(out, err) : 0;
}

int backup_passphrase_get(const char *file, char out[BACKUP_PASSPHRASE_SIZE], struct err *err)
{
    if (file != NULL)
        return secret_file_read(file, out, BACKUP_PASSPHRASE_SIZE, err);
    if (!isatty(STDIN_FILENO))
        return err_set(err, ERR_INVALID, "it is encrypted: give --passphrase-file FILE");
    return secret_prompt_read("Passphrase", out, BACKUP_PASSPHRASE_SIZE, err);
}
