#ifndef BASE_OWN_FOLDER_H
#define BASE_OWN_FOLDER_H

#include "server/base/err.h"

// Whether nobody else can change what is in a folder: it belongs to this user or root, neither
// group nor others may write to it, and none of the folders above it can be written by everybody,
// unless its sticky bit is set (as sshd's StrictModes has it, but for the group of those above).
// Links are followed, and nobody else may change those on the way. ERR_DENIED with the folder at
// fault and what to do, ERR_NOT_FOUND, ERR_IO.
ERR_CHECKED int own_folder_check(const char *path, struct err *err);

#endif
