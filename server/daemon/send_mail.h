#ifndef SEND_MAIL_H
#define SEND_MAIL_H

#include "server/daemon/config.h"

// `secureespd --send-mail`: makes mails of what waits below the state_dir, and gives each to
// sendmail, as the configuration says whose they are and to whom they go. What sendmail does not
// take stays, for three days. Returns an exit status.
int send_mail_run(const struct config *config);

#endif
