#ifndef SIGNER_CHECK_H
#define SIGNER_CHECK_H

#include "server/signer/signer_config.h"

// Looks whether the signer could start with a configuration, and changes nothing. Prints each
// problem on standard error and returns how many there are. A signer that runs is left alone.
int signer_check_all(const struct signer_config *config);

#endif
