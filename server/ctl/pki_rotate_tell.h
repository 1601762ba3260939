#ifndef CTL_PKI_ROTATE_TELL_H
#define CTL_PKI_ROTATE_TELL_H

#include "server/base/err.h"
#include "server/ctl/client.h"
#include "server/pki/pki_reissue.h"

// Has the devices' certificates signed by the new CA, and gives them to the daemon, with the old
// ones. ERR_CONFLICT if it does not take them, as it does not trust both CAs.
ERR_CHECKED int pki_rotate_tell(
    struct client *client, struct pki_reissue *reissue, struct err *err);

#endif
