// Tests of power cuts while it is decided which image runs: before, half-way through and after each
// operation of the flash, and again in the update that follows.
#include <esp_ota_ops.h>

#include "test/unit/firmware/port/esp8266/main/boot_fixture.h"

#define OPS_MAX 60
#define TEARS 3 // ways to cut half-way through, each with other bits

static struct board board;
static unsigned tried;

static void prepare_first_start(void)
{
    board_flash(&board);
}

static void prepare_serial_line(void)
{
    board_update(&board, false);
    sdk_chip_put_image(0, 3);
    sdk_chip_blank_otadata();
}

static void prepare_update(void)
{
    board_flash(&board);
    assert_int_equal(board_start(&board), 0);
    board_begin_trial(&board);
}

static void prepare_way_back(void)
{
    board_update(&board, true);
    for (int i = 1; i < SLOTS_BOOTS_MAX; i++)
        assert_int_equal(board_start(&board), 1);
}

static void prepare_damaged_update(void)
{
    prepare_update();
    sdk_chip_damage(1);
}

static void prepare_damaged_later(void)
{
    board_update(&board, false);
    sdk_chip_damage(1);
}

static void prepare_damaged_way_back(void)
{
    board_update(&board, true);
    board_fail_trial(&board);
    sdk_chip_damage(0);
}

struct plan {
    const char *name;
    void (*prepare)(void);
    unsigned slot; // which runs in the end
    enum slots_trial trial;
};

static const struct plan plans[] = {
    {"first start", prepare_first_start, 0, SLOTS_TRIAL_NONE},
    {"serial line", prepare_serial_line, 0, SLOTS_TRIAL_NONE},
    {"update", prepare_update, 1, SLOTS_TRIAL_RUNNING},
    {"way back", prepare_way_back, 0, SLOTS_TRIAL_FAILED},
    {"damaged update", prepare_damaged_update, 0, SLOTS_TRIAL_FAILED},
    {"damaged later", prepare_damaged_later, 0, SLOTS_TRIAL_SKIPPED},
    {"damaged way back", prepare_damaged_way_back, 1, SLOTS_TRIAL_SKIPPED},
};

struct cut {
    enum nor_cut kind;
    int op;
    uint32_t tear;
};

// Starts with that cut; whether it came.
static bool start(const struct cut *cut, unsigned slot)
{
    struct nor_power *power = sdk_flash_power();
    bool was_cut;

    power->random = 2463534242u ^ (uint32_t)(cut->op + 1) * 7919u ^ cut->tear * 104729u;
    power->cut = cut->kind;
    power->ops_left = cut->op;
    assert_int_equal(board_start(&board), slot);
    was_cut = board.power_lost > 0;
    assert_in_range(board.starts, 1, 2 + board.power_lost);
    power->ops_left = NOR_NO_CUT;
    tried += was_cut;
    return was_cut;
}

static void check_trial_boots(unsigned slot, unsigned starts_before)
{
    assert_in_range(board_record(&board).trial_boots, 1, sdk_chip_starts(slot) - starts_before);
}

static bool play(const struct plan *plan, const struct cut *first)
{
    unsigned starts;
    bool was_cut;

    plan->prepare();
    starts = plan->prepare == prepare_update ? sdk_chip_starts(plan->slot) : 0;
    was_cut = start(first, plan->slot);
    assert_int_equal(board_record(&board).active, plan->slot);
    assert_int_equal(board_record(&board).trial, plan->trial);
    if (plan->trial == SLOTS_TRIAL_RUNNING)
        check_trial_boots(plan->slot, starts);
    assert_true(board_has_file(&board));
    return was_cut;
}

// The update that follows, into the other slot.
static bool play_update(const struct plan *plan, const struct cut *first, const struct cut *second)
{
    unsigned slot = 1 - plan->slot;
    unsigned starts;
    bool was_cut;

    play(plan, first);
    board_pass_trial(&board);
    board_begin_trial(&board);
    starts = sdk_chip_starts(slot);
    was_cut = start(second, slot);
    check_trial_boots(slot, starts);
    assert_true(sdk_chip_is_good(slot));
    assert_true(board_has_file(&board));
    return was_cut;
}

static unsigned tears(int kind)
{
    return kind == NOR_CUT_HALFWAY ? TEARS : 1;
}

static void sweep_second(const struct plan *plan, const struct cut *first)
{
    for (int kind = 0; kind < NOR_CUTS; kind++) {
        for (struct cut cut = {.kind = (enum nor_cut)kind}; cut.tear < tears(kind); cut.tear++) {
            for (cut.op = 0; play_update(plan, first, &cut); cut.op++)
                assert_in_range(cut.op, 0, OPS_MAX);
        }
    }
}

static void sweep(const struct plan *plan)
{
    for (int kind = 0; kind < NOR_CUTS; kind++) {
        for (struct cut cut = {.kind = (enum nor_cut)kind}; cut.tear < tears(kind); cut.tear++) {
            for (cut.op = 0; play(plan, &cut); cut.op++) {
                assert_in_range(cut.op, 0, OPS_MAX);
                sweep_second(plan, &cut);
            }
        }
    }
}

static void test_power_cuts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        tried = 0;
        sweep(&plans[i]);
        printf("%s: %u power cuts\n", plans[i].name, tried);
        assert_true(tried > 100);
    }
}

// --- whatever is found in flash

#define STARTS 8

enum otadata_case { CASE_BLANK, CASE_TORN, CASE_SLOT_0, CASE_SLOT_1, OTADATA_CASES };

static void make_otadata(enum otadata_case otadata)
{
    static const enum port_region regions[] = {
        [CASE_SLOT_0] = PORT_SLOT_0,
        [CASE_SLOT_1] = PORT_SLOT_1,
    };

    if (otadata == CASE_BLANK)
        sdk_chip_blank_otadata();
    else if (otadata == CASE_TORN)
        sdk_chip_tear_otadata();
    else
        esp_ota_set_boot_partition(esp8266_flash_partition(regions[otadata]));
}

// Whatever the numbers say, from 0 on; false if they are one too many.
static bool make_record(unsigned number)
{
    static const uint8_t boots[] = {0, 1, SLOTS_BOOTS_MAX};
    struct slots slots = {.active = number % PORT_SLOTS};

    number /= PORT_SLOTS;
    slots.trial = (enum slots_trial)(number % SLOTS_TRIALS);
    number /= SLOTS_TRIALS;
    slots.trial_boots = boots[number % sizeof boots];
    number /= sizeof boots;
    slots.images[0].state = (enum slots_state)(number % SLOTS_STATES);
    number /= SLOTS_STATES;
    slots.images[1].state = (enum slots_state)(number % SLOTS_STATES);
    board_store(&board, &slots);
    return number < SLOTS_STATES;
}

static void check_starts(void)
{
    int slot = BOARD_UNDECIDED;

    for (int i = 0; i < STARTS; i++) {
        slot = board_start(&board);
        assert_in_range(slot, 0, PORT_SLOTS - 1);
        assert_in_range(board.starts, 1, 3); // there, and back if it was one too many
        assert_true(sdk_chip_is_good((unsigned)slot));
        if (board_has_record(&board))
            assert_int_equal(board_record(&board).active, slot);
    }
    assert_int_equal(board_start(&board), slot); // it has come to rest
    assert_int_equal(board.starts, 1);
    assert_true(board_has_file(&board));
}

// damaged: a slot, or PORT_SLOTS for none. False if there are no more records.
static bool try_state(enum otadata_case otadata, unsigned damaged, unsigned record)
{
    bool is_one;

    board_flash(&board);
    sdk_chip_put_image(1, 2);
    make_otadata(otadata);
    is_one = record == 0 || make_record(record - 1);
    if (damaged < PORT_SLOTS)
        sdk_chip_damage(damaged);
    check_starts();
    return is_one;
}

static void test_any_state(void **state)
{
    unsigned states = 0;

    (void)state;
    for (int otadata = 0; otadata < OTADATA_CASES; otadata++) {
        for (unsigned damaged = 0; damaged <= PORT_SLOTS; damaged++) {
            unsigned record = 0;

            while (try_state((enum otadata_case)otadata, damaged, record))
                record++;
            states += record;
        }
    }
    printf("%u states\n", states);
    assert_true(states > 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_power_cuts),
        cmocka_unit_test(test_any_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
