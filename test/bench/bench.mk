# The benchmark's own programs: load on the servers, and what the daemon is compared with.
BENCH_PROGRAMS := $(B)/test/bench/tls_load

$(B)/test/bench/tls_load: $(addprefix $(B)/test/bench/,tls_load.o tls_link.o cpu_clock.o)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lssl -lcrypto

.PHONY: bench-programs
bench-programs: all $(BENCH_PROGRAMS)
