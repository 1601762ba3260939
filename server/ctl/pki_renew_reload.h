#ifndef CTL_PKI_RENEW_RELOAD_H
#define CTL_PKI_RENEW_RELOAD_H

#include <stdbool.h>

#include "server/base/err.h"
#include "server/ctl/options.h"

// Services that have to read their renewed certificates. A file in the CA's folder says that they
// have not yet, from before the first certificate is replaced until they were told: whoever is
// killed in between leaves that to the next one.

ERR_CHECKED int pki_renew_reload_mark(const char *folder, struct err *err);

// Has systemd reload the units of --reload, if that file is there, and removes it; *done says
// whether it did. Without --reload the file stays. ERR_IO if a unit could not be reloaded.
ERR_CHECKED int pki_renew_reload(
    const char *folder, const struct options *options, bool *done, struct err *err);

#endif
