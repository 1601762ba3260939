# A simulated fleet: `make fleet`, see scripts/fleet.
.PHONY: fleet fleet-programs
fleet-programs: all $(B)/bin/deployed $(B)/bin/clock-drive.so $(B)/test/sim/rollout_health

test-programs: $(B)/test/sim/rollout_health

fleet:
	scripts/fleet
