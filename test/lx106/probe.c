// A probe in the emulator: counts instructions, and the accesses that would fault on the chip.
//
// On the chip, flash-mapped memory and IRAM are read by 32 bit words only, and the flash window
// cannot be written. Arguments: mark=NAME@ADDRESS (up to 8): says how many instructions had run
// each time that address was reached; out=FILE: where to write, line by line:
//   mark NAME INSTRUCTIONS          when it is reached
//   narrow-read ADDRESS COUNT       at the end: what an instruction read of less than a word from
//                                   the flash window
//   iram-narrow-read ADDRESS COUNT  the same, from IRAM, or written to it
//   window-write ADDRESS COUNT      what it wrote to the flash window
//   instructions COUNT
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/lx106/qemu_plugin.h"

#define MARKS_MAX 8
#define SITES 262144 // a power of two, more than a program has instructions

#define WINDOW_START 0x40200000u
#define WINDOW_END 0x40300000u
#define IRAM_START 0x40100000u
#define IRAM_END 0x40108000u

struct mark {
    char name[32];
    uint64_t address;
};

struct site {
    uint64_t address; // of the instruction, 0: free
    uint64_t reads;   // of less than a word, from the flash window
    uint64_t narrow;  // of less than a word, from and to IRAM
    uint64_t writes;  // into the flash window
};

int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static struct mark marks[MARKS_MAX];
static size_t mark_count;
static struct site sites[SITES];
static uint64_t instructions;
static FILE *out;

static struct site *site_of(uint64_t address)
{
    size_t i = (address * 2654435761u >> 8) % SITES;

    while (sites[i].address != 0 && sites[i].address != address)
        i = (i + 1) % SITES;
    sites[i].address = address;
    return &sites[i];
}

static void on_access(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *ctx)
{
    bool in_window = address >= WINDOW_START && address < WINDOW_END;
    bool in_iram = address >= IRAM_START && address < IRAM_END;
    bool is_narrow = qemu_plugin_mem_size_shift(info) < 2;
    struct site *site = ctx;

    (void)vcpu;
    if (in_window && qemu_plugin_mem_is_store(info))
        site->writes++;
    else if (in_window && is_narrow)
        site->reads++;
    else if (in_iram && is_narrow)
        site->narrow++;
}

static void on_block(unsigned vcpu, void *ctx)
{
    (void)vcpu;
    instructions += (uintptr_t)ctx;
}

static void on_mark(unsigned vcpu, void *ctx)
{
    struct mark *mark = ctx;

    (void)vcpu;
    fprintf(out, "mark %s %" PRIu64 "\n", mark->name, instructions);
    (void)fflush(out);
}

// The boot loader, which copies programs into the window, does not run on the chip.
static bool is_program(uint64_t address)
{
    return (address >= WINDOW_START && address < WINDOW_END) ||
           (address >= IRAM_START && address < IRAM_END);
}

static void on_translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    size_t count = qemu_plugin_tb_n_insns(tb);

    (void)id;
    // The number itself is what is handed over.
    qemu_plugin_register_vcpu_tb_exec_cb(
        tb, on_block, QEMU_PLUGIN_CB_NO_REGS, (void *)(uintptr_t)count);
    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint64_t address = qemu_plugin_insn_vaddr(insn);

        if (is_program(address))
            qemu_plugin_register_vcpu_mem_cb(
                insn, on_access, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, site_of(address));
        for (size_t m = 0; m < mark_count; m++) {
            if (marks[m].address == address)
                qemu_plugin_register_vcpu_insn_exec_cb(
                    insn, on_mark, QEMU_PLUGIN_CB_NO_REGS, &marks[m]);
        }
    }
}

static void print(const char *what, uint64_t address, uint64_t count)
{
    if (count > 0)
        fprintf(out, "%s 0x%" PRIx64 " %" PRIu64 "\n", what, address, count);
}

static void on_end(qemu_plugin_id_t id, void *ctx)
{
    (void)id;
    (void)ctx;
    for (size_t i = 0; i < SITES; i++) {
        print("narrow-read", sites[i].address, sites[i].reads);
        print("iram-narrow-read", sites[i].address, sites[i].narrow);
        print("window-write", sites[i].address, sites[i].writes);
    }
    fprintf(out, "instructions %" PRIu64 "\n", instructions);
    (void)fclose(out);
}

static int read_argument(char *argument)
{
    char *value = strchr(argument, '=');
    char *at = strchr(argument, '@');

    if (value != NULL && strncmp(argument, "out=", 4) == 0) {
        out = fopen(value + 1, "w");
        return out == NULL ? -1 : 0;
    }
    if (at == NULL || strncmp(argument, "mark=", 5) != 0 || mark_count == MARKS_MAX)
        return -1;
    snprintf(
        marks[mark_count].name, sizeof marks[0].name, "%.*s", (int)(at - value - 1), value + 1);
    marks[mark_count++].address = strtoull(at + 1, NULL, 0);
    return 0;
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (read_argument(argv[i]) != 0) {
            fprintf(stderr, "probe: wrong argument: %s\n", argv[i]);
            return -1;
        }
    }
    if (out == NULL) {
        fprintf(stderr, "probe: out= is missing\n");
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translated);
    qemu_plugin_register_atexit_cb(id, on_end, NULL);
    return 0;
}
