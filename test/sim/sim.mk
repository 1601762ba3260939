# Simulated releases, by which the health of updated devices is judged: `make simulate` takes some
# minutes. SEED is another one; the quick form runs with the unit tests.
SIM := $(B)/test/sim
SIM_OBJECTS := $(addprefix $(SIM)/,sim_random.o sim_fleet.o sim_rollout.o)
SEED ?= 1

$(SIM)/rollout_health: $(SIM)/rollout_health.o $(SIM_OBJECTS) $(B)/libdaemon.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lm

$(B)/test/unit/server/rollout/rollout_health_simulation_test: $(SIM_OBJECTS)

.PHONY: simulate
simulate: $(SIM)/rollout_health
	$(SIM)/rollout_health 5 200 100 $(SEED)
	$(SIM)/rollout_health 50 200 100 $(SEED)
	$(SIM)/rollout_health 5000 200 10 $(SEED)
