// Random numbers that a seed repeats.
#include "test/sim/sim_random.h"

#include <math.h>

// SplitMix64
static uint64_t next(struct sim_random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

double sim_random_one(struct sim_random *random)
{
    return (double)(next(random) >> 11) * 0x1p-53;
}

bool sim_random_is(struct sim_random *random, double probability)
{
    return sim_random_one(random) < probability;
}

double sim_random_between(struct sim_random *random, double low, double high)
{
    return low + (high - low) * sim_random_one(random);
}

double sim_random_exponential(struct sim_random *random, double mean)
{
    return -mean * log1p(-sim_random_one(random));
}

double sim_random_normal(struct sim_random *random)
{
    double radius = sqrt(sim_random_exponential(random, 2));

    return radius * cos(6.283185307179586 * sim_random_one(random));
}

uint32_t sim_random_poisson(struct sim_random *random, double mean)
{
    double limit = exp(-mean);
    double product = sim_random_one(random);
    uint32_t n = 0;

    while (product > limit) {
        product *= sim_random_one(random);
        n++;
    }
    return n;
}
