# What starts the daemon under its unit's restrictions in system scenarios.
test-programs: $(B)/bin/seccomp-exec

$(B)/bin/seccomp-exec: $(B)/test/confine/seccomp_exec.o
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lseccomp

# Somebody who has taken over the signer; no sanitizer watches it.
test-programs: $(B)/bin/intruder.so

$(B)/bin/intruder.so: test/confine/intruder.c test/confine/system_calls.h
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -I. -O2 -fPIC -shared -o $@ $< -ldl
