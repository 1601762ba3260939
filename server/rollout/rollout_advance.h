#ifndef ROLLOUT_ADVANCE_H
#define ROLLOUT_ADVANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/err.h"
#include "server/model/rollout.h"
#include "server/release/release.h"
#include "server/rollout/rollout_findings.h"
#include "server/settings/settings_desk.h"
#include "server/store/store.h"

// A look at all rollouts. All that it points to is borrowed.
struct rollout_look {
    struct release *release;
    const struct rollout_findings *found; // what is not written yet, or NULL
    int64_t number;                       // of the look, as of rollout_step_wish
    const struct settings_desk *settings; // likewise
    bool is_any;                          // written: there is one,
    bool is_done;                         // one has ended well, so that its gate has fallen,
    struct rollout blind; // and one waits whose time zone cannot be read; id 0: none
};

// Brings one on that has not ended, as far as it goes at this look: its devices, then its phase;
// pauses or ends it. Written to the store; *rollout is how it is then.
ERR_CHECKED int rollout_advance_run(struct store_connection *connection, struct rollout_look *look,
    struct rollout *rollout, struct err *err);

#endif
