#ifndef CTL_IMAGE_REISSUE_H
#define CTL_IMAGE_REISSUE_H

#include <jansson.h>

#include "common/image_name.h"
#include "server/base/err.h"
#include "server/ctl/options.h"
#include "server/ctl/subcommand.h"

// The way back to an older program: under a higher version, signed with a key that the newest image
// embeds.
struct image_reissue {
    const json_t *old;    // the image whose program it is
    const json_t *newest; // published one, which it is to follow
    const json_t *signer; // the first known key that the newest embeds
};

// Finds it in a chain, as `GET /api/v1/chains/BOARD` answers; what it refers to is the chain's.
// ERR_NOT_FOUND if the chain has no such image, or none is published; ERR_CONFLICT if the new name
// is not of a higher version than all others, or none of the keys that the newest embeds is known.
ERR_CHECKED int image_reissue_plan(const json_t *chain, const char *old,
    const struct image_name *name, struct image_reissue *out, struct err *err);

// `secureesp images reissue`, as struct subcommand has it.
extern const struct option_rule image_reissue_options[];
int image_reissue_run(const struct subcommand_call *call, struct err *err);

#endif
