# What starts the daemon under its unit's restrictions in system scenarios.
test-programs: $(B)/bin/seccomp-exec

$(B)/bin/seccomp-exec: $(B)/test/confine/seccomp_exec.o
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lseccomp
