#ifndef CTL_IMAGE_LABEL_H
#define CTL_IMAGE_LABEL_H

#include <jansson.h>

#include "server/ctl/table.h"

// Append what two columns of an image show: who signed it, and which keys it embeds.
void image_label_add_signer(struct table *table, const json_t *image);
void image_label_add_embeds(struct table *table, const json_t *image);

// "published (beta)", "published", "withdrawn", "added".
const char *image_label_state(const json_t *image);

// Appends its state, coloured.
void image_label_add_state(struct table *table, const json_t *image);

// "spring (running)", or nothing.
void image_label_add_rollout(struct table *table, const json_t *image);

#endif
