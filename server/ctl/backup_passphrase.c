// Passphrases of backups.
#include "server/ctl/backup_passphrase.h"

#include <unistd.h>

#include "server/ctl/secret_file.h"
#include "server/ctl/secret_prompt.h"

int backup_passphrase_choose(const char *file, char out[BACKUP_PASSPHRASE_SIZE], struct err *err)
{
    out[0] = '\0';
    if (file != NULL)
        return secret_file_read(file, out, BACKUP_PASSPHRASE_SIZE, err);
    if (!isatty(STDIN_FILENO))
        return 0;
    return secret_prompt_read_new(
        "Passphrase (none: the backup is not encrypted)", out, BACKUP_PASSPHRASE_SIZE, err);
}

int backup_passphrase_get(const char *file, char out[BACKUP_PASSPHRASE_SIZE], struct err *err)
{
    if (file != NULL)
        return secret_file_read(file, out, BACKUP_PASSPHRASE_SIZE, err);
    if (!isatty(STDIN_FILENO))
        return err_set(err, ERR_INVALID, "it is encrypted: give --passphrase-file FILE");
    return secret_prompt_read("Passphrase", out, BACKUP_PASSPHRASE_SIZE, err);
}
