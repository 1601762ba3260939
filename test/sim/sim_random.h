#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

// Random numbers that a seed repeats.
struct sim_random {
    uint64_t state;
};

double sim_random_one(struct sim_random *random); // from 0 to 1, which is excluded
bool sim_random_is(struct sim_random *random, double probability);
double sim_random_between(struct sim_random *random, double low, double high);
double sim_random_normal(struct sim_random *random);
double sim_random_exponential(struct sim_random *random, double mean);
uint32_t sim_random_poisson(struct sim_random *random, double mean); // small means

#endif
