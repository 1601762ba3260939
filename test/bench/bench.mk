# The benchmark's own programs: load on the servers, and what the daemon is compared with.
BENCH := $(B)/test/bench
BENCH_PROGRAMS := $(addprefix $(BENCH)/,tls_load mqtt_load mqtt_sink enrol_load)

$(BENCH)/tls_load: $(addprefix $(BENCH)/,tls_load.o tls_client.o cpu_clock.o)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lssl -lcrypto
$(BENCH)/mqtt_load: $(BENCH)/mqtt_load.o
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lssl -lcrypto
$(BENCH)/enrol_load: $(addprefix $(BENCH)/,enrol_load.o enrol_device.o)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lssl -lcrypto
$(BENCH)/mqtt_sink: $(BENCH)/mqtt_sink.o
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lmosquitto

.PHONY: bench-programs
bench-programs: all $(BENCH_PROGRAMS)

.PHONY: bench
bench:
	scripts/bench
