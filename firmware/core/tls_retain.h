#ifndef FIRMWARE_CORE_TLS_RETAIN_H
#define FIRMWARE_CORE_TLS_RETAIN_H

#include <stdint.h>

#include "firmware/core/tls.h"

// Sessions that outlive a restart, in the port's retained memory: the first connection after it is
// then resumed, which is far less to compute. A power cut ends them.

#define TLS_RETAIN_SIZE (8 + TLS_PEERS * (4 + sizeof(struct tls_session))) // bytes; less: none

// Takes over what is retained, if it is whole and was saved for the same: retained_for stands for
// all that the sessions' trust depends on, as CA and identity. With whom each is, is retained with
// it.
void tls_retain_restore(struct tls *tls, uint32_t retained_for);

// Retains the sessions that tls has saved, if there is room, and wipes what was there.
void tls_retain_save(const struct tls *tls);

#endif
