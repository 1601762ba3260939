# `make install`: where each file belongs (Filesystem Hierarchy Standard 3.0). DESTDIR is put before
# every path, for packages; a configuration that is there is never overwritten, the new one is put
# beside it as *.new. A link in a file's place is replaced, never written through (install(1) unlinks
# first; -T, so that a link to a folder is one, too). Daemon and broker may pass through the folders
# of the CA to the one key that belongs to each; every other key there is readable by root alone. The
# daemon also lists the devices' certificates, to tell their ends. What configuration was given out is
# in share/secureesp as well, for who compares or begins anew.

PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR ?=
INSTALL ?= install

INSTALL_ETC := server/etc
INSTALL_MAN_SECTIONS := 1 5 8
INSTALL_PROGRAMS := sbin/secureespd sbin/secureesp-signer bin/secureesp bin/virtual-esp bin/device-files
INSTALL_UNITS := secureespd.service secureesp-signer.service secureesp-renew.service secureesp-renew.timer \
    secureesp-backup.service secureesp-backup.timer secureesp-mail.service secureesp-mail.path
# read by systemd beside the unit that the broker's package brings
INSTALL_DROP_IN := mosquitto.service.d/secureesp.conf
installed = $(DESTDIR)$(PREFIX)
installed_plugin = $(installed)/lib/secureesp/$(notdir $(PLUGIN))
installed_units = $(installed)/lib/systemd/system
installed_man = $(foreach s,$(INSTALL_MAN_SECTIONS),\
    $(patsubst server/man/%,$(installed)/share/man/man$(s)/%,$(wildcard server/man/*.$(s))))

# from which `secureesp setup` brings back what is missing of the broker's configuration
installed_share = $(installed)/share/secureesp

# $(call install_file,MODE,FILE,TARGET)
install_file = $(INSTALL) -D -T -m $(1) $(2) "$(3)"

# As sed(1) writes the broker's configuration for these folders.
installed_broker = s|/usr/local/lib/|$(PREFIX)/lib/|; s|/etc/secureesp/|$(SYSCONFDIR)/secureesp/|
installed_share = $(installed)/share/secureesp
INSTALL_SAMPLES := secureesp.conf:secureesp.conf signer.conf:signer.conf mosquitto/secureesp.conf:mosquitto.conf \
    mosquitto/secureesp.nft:mosquitto.nft prometheus/secureesp.rules.yml:prometheus/secureesp.rules.yml \
    grafana/secureesp.json:grafana/secureesp.json
installed_conf_d = $(DESTDIR)$(SYSCONFDIR)/mosquitto/conf.d/secureesp.conf

# $(call install_configuration,FILE,TARGET,SED-SCRIPT); a link that leads nowhere is somebody's, too.
define install_configuration
if [ ! -e "$(2)" ] && [ ! -L "$(2)" ]; then \
    sed '$(3)' $(1) | $(call install_file,0644,/dev/stdin,$(2)); \
elif ! sed '$(3)' $(1) | cmp -s - "$(2)"; then \
    sed '$(3)' $(1) | $(call install_file,0644,/dev/stdin,$(2).new); \
    echo "kept $(2); the new one is $(2).new"; \
fi
endef

.PHONY: uninstall

install: all
	for program in $(INSTALL_PROGRAMS); do \
	    $(call install_file,0755,$(B)/bin/$${program#*/},$(installed)/$$program) || exit 1; \
	done
	$(call install_file,0644,$(PLUGIN),$(installed_plugin))
	for unit in $(INSTALL_UNITS); do \
	    sed 's|/usr/local/\(s*bin\)/|$(PREFIX)/\1/|; s|/etc/secureesp/|$(SYSCONFDIR)/secureesp/|' \
	        $(INSTALL_ETC)/$$unit | \
	        $(call install_file,0644,/dev/stdin,$(installed_units)/$$unit) || exit 1; \
	done
	sed 's|/etc/mosquitto/|$(SYSCONFDIR)/mosquitto/|' $(INSTALL_ETC)/$(INSTALL_DROP_IN) | \
	    $(call install_file,0644,/dev/stdin,$(installed_units)/$(INSTALL_DROP_IN))
	$(call install_file,0644,$(INSTALL_ETC)/sysusers.d/secureesp.conf,$(installed)/lib/sysusers.d/secureesp.conf)
	for page in $(notdir $(installed_man)); do \
	    $(call install_file,0644,server/man/$$page,$(installed)/share/man/man$${page##*.}/$$page) || exit 1; \
	done
	$(call install_file,0644,server/ctl/completion/secureesp.bash,$(installed)/share/bash-completion/completions/secureesp)
	for sample in $(INSTALL_SAMPLES); do \
	    sed '$(installed_broker)' $(INSTALL_ETC)/$${sample%:*} | \
	        $(call install_file,0644,/dev/stdin,$(installed_share)/$${sample#*:}) || exit 1; \
	done
	for folder in 0711:pki 0711:pki/servers 0755:pki/devices; do \
	    [ -d "$(DESTDIR)$(SYSCONFDIR)/secureesp/$${folder#*:}" ] || \
	        $(INSTALL) -d -m "$${folder%%:*}" "$(DESTDIR)$(SYSCONFDIR)/secureesp/$${folder#*:}" || exit 1; \
	done
	@$(call install_configuration,$(INSTALL_ETC)/secureesp.conf,$(DESTDIR)$(SYSCONFDIR)/secureesp/secureesp.conf)
	@$(call install_configuration,$(INSTALL_ETC)/signer.conf,$(DESTDIR)$(SYSCONFDIR)/secureesp/signer.conf)
	@$(call install_configuration,$(INSTALL_ETC)/mosquitto/secureesp.conf,$(installed_conf_d),$(installed_broker))
	@$(call install_configuration,$(INSTALL_ETC)/mosquitto/secureesp.nft,$(DESTDIR)$(SYSCONFDIR)/mosquitto/secureesp.nft)
	@grep -qs '^plugin ' "$(installed_conf_d)" || \
	    echo "NOTE: $(installed_conf_d) loads no plugin: the broker lets in revoked clients, and limits nobody." \
	        "Take the lines of $(installed_conf_d).new; acl_file, use_identity_as_username and" \
	        "use_username_as_clientid have to go. Then restart the broker."

# Leaves configuration, keys and database alone.
uninstall:
	rm -f $(foreach p,$(INSTALL_PROGRAMS),"$(installed)/$(p)") \
	    $(foreach u,$(INSTALL_UNITS),"$(installed_units)/$(u)") "$(installed_units)/$(INSTALL_DROP_IN)" \
	    "$(installed_plugin)" \
	    "$(installed)/lib/sysusers.d/secureesp.conf" \
	    "$(installed)/share/bash-completion/completions/secureesp" $(installed_man) \
	    $(foreach s,$(INSTALL_SAMPLES),"$(installed_share)/$(lastword $(subst :, ,$(s)))")
	[ ! -d "$(dir $(installed_plugin))" ] || rmdir --ignore-fail-on-non-empty "$(dir $(installed_plugin))"
	[ ! -d "$(dir $(installed_units)/$(INSTALL_DROP_IN))" ] || \
	    rmdir --ignore-fail-on-non-empty "$(dir $(installed_units)/$(INSTALL_DROP_IN))"
	[ ! -d "$(installed_share)" ] || find "$(installed_share)" -depth -type d -empty -delete
	@! grep -qs '^plugin ' "$(installed_conf_d)" || \
	    echo "NOTE: the broker does not start with $(installed_conf_d), whose plugin is gone: remove it."
