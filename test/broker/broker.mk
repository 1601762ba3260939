# For the scenario that tries each cell of test/system/identities.table.
$(B)/test/broker/print_access: $(B)/test/broker/print_access.o $(B)/libbroker.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lcrypto

test-programs: $(B)/test/broker/print_access
