#ifndef CTL_ROLLOUTS_TERMS_H
#define CTL_ROLLOUTS_TERMS_H

#include <jansson.h>

// Prints what was asked for of a rollout, in lines.
void rollouts_terms_print(const json_t *rollout);

#endif
