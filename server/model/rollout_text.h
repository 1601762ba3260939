#ifndef MODEL_ROLLOUT_TEXT_H
#define MODEL_ROLLOUT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "server/model/rollout.h"

// A rollout's terms as people write them. All that read return false, and leave *out undefined, for
// what is none.

#define ROLLOUT_TEXT_AMOUNT_SIZE 24
#define ROLLOUT_TEXT_PHASES_SIZE ((size_t)ROLLOUT_PHASES_MAX * ROLLOUT_TEXT_AMOUNT_SIZE)
#define ROLLOUT_TEXT_WINDOW_SIZE (16 + ROLLOUT_ZONE_SIZE)
#define ROLLOUT_TEXT_DEVICES_MAX 10000000

// "5" or "5%", above 0.
bool rollout_text_read_amount(const char *text, struct rollout_amount *out);
void rollout_text_write_amount(
    const struct rollout_amount *amount, char out[ROLLOUT_TEXT_AMOUNT_SIZE]);

// "5,10%,100%"; the last one is 100%.
bool rollout_text_read_phases(const char *text, struct rollout_terms *out);
void rollout_text_write_phases(
    const struct rollout_terms *terms, char out[ROLLOUT_TEXT_PHASES_SIZE]);

// "22:00-05:00 Europe/Berlin"; without a zone it is UTC. Whether there is such a zone is not looked
// at. "" is always.
bool rollout_text_read_window(const char *text, struct rollout_terms *out);
void rollout_text_write_window(
    const struct rollout_terms *terms, char out[ROLLOUT_TEXT_WINDOW_SIZE]);

// Letters, digits, '.', '_' and '-': as a tag.
bool rollout_text_is_name(const char *text);

#endif
