// Tests of which image runs: factory, update, return, damage, and a flash over the serial line.
#include "test/unit/firmware/port/esp8266/main/boot_fixture.h"

static struct board board;

static void test_factory(void **state)
{
    unsigned ops;

    (void)state;
    board_flash(&board);
    assert_int_equal(board_start(&board), 0);
    assert_int_equal(board.starts, 1);
    assert_int_equal(board_record(&board).active, 0);
    assert_int_equal(board_record(&board).images[0].state, SLOTS_INSTALLED);
    assert_in_range(
        board_record(&board).images[0].size_bytes, SDK_CHIP_IMAGE_SIZE, SDK_CHIP_SLOT_SIZE);
    ops = sdk_flash_power()->ops;
    assert_int_equal(board_start(&board), 0);
    assert_int_equal(board.starts, 1);
    assert_int_equal(sdk_flash_power()->ops, ops); // nothing is written
    assert_true(board_has_file(&board));
}

static void test_nothing_to_run(void **state)
{
    (void)state;
    board_flash(&board);
    sdk_chip_damage(0);
    assert_int_equal(board_start(&board), BOARD_DEAD);
}

static void test_update(void **state)
{
    struct slots slots;

    (void)state;
    board_flash(&board);
    assert_int_equal(board_start(&board), 0);
    board_begin_trial(&board);
    for (int i = 1; i <= SLOTS_BOOTS_MAX; i++) {
        assert_int_equal(board_start(&board), 1);
        assert_int_equal(board.starts, i == 1 ? 2 : 1); // slot 0 sends the first one on
        assert_int_equal(board_record(&board).trial, SLOTS_TRIAL_RUNNING);
        assert_int_equal(board_record(&board).trial_boots, i);
    }
    last_reset_note("exception 28 at 0x40212345, 0x00000000");
    assert_int_equal(board_start(&board), 0);
    assert_int_equal(board.starts, 2);
    slots = board_record(&board);
    assert_int_equal(slots.trial, SLOTS_TRIAL_FAILED);
    assert_int_equal(slots.images[1].state, SLOTS_REJECTED);
    assert_int_equal(slots.id, 5);
    assert_string_equal(slots.reason, "3 starts without a report, the last ended by: exception 28 "
                                      "at 0x40212345, 0x00000000");
    assert_int_equal(board_start(&board), 0);
    assert_int_equal(board.starts, 1);
}

static void test_passed(void **state)
{
    (void)state;
    board_update(&board, false);
    for (int i = 0; i < 2 * SLOTS_BOOTS_MAX; i++) {
        assert_int_equal(board_start(&board), 1);
        assert_int_equal(board.starts, 1);
    }
    assert_int_equal(board_record(&board).trial, SLOTS_TRIAL_NONE);
    board_begin_trial(&board); // and the way on, into slot 0
    assert_int_equal(board_start(&board), 0);
    assert_int_equal(board_record(&board).trial_boots, 1);
    assert_true(board_has_file(&board));
}

static void test_back(void **state)
{
    (void)state;
    board_update(&board, true);
    board_fail_trial(&board);
    assert_int_equal(board_start(&board), 0);
    assert_int_equal(board.starts, 2);
    assert_string_equal(board_record(&board).reason, "no report in time");
}

static void test_damaged_update(void **state)
{
    struct slots slots;

    (void)state;
    board_flash(&board);
    assert_int_equal(board_start(&board), 0);
    board_begin_trial(&board);
    sdk_chip_damage(1);
    assert_int_equal(board_start(&board), 0);
    assert_int_equal(board.starts, 1);
    slots = board_record(&board);
    assert_int_equal(slots.trial, SLOTS_TRIAL_FAILED);
    assert_int_equal(slots.images[1].state, SLOTS_REJECTED);
    assert_string_equal(slots.reason, "the image is damaged");
}

// The boot loader has been asked for it before and refuses it now.
static void test_damaged_later(void **state)
{
    (void)state;
    board_update(&board, false);
    sdk_chip_damage(1);
    assert_int_equal(board_start(&board), 0);
    assert_int_equal(board.starts, 1);
    assert_int_equal(board_record(&board).trial, SLOTS_TRIAL_SKIPPED);
    assert_string_equal(board_record(&board).reason, "the image is damaged");
}

// What is downloaded next is in that slot before its signature is checked.
static void test_unverified(void **state)
{
    struct slots slots;

    (void)state;
    board_update(&board, false);
    sdk_chip_damage(1);
    assert_int_equal(board_start(&board), 0);
    slots = board_record(&board);
    slots.images[1] = (struct slots_image){.state = SLOTS_EMPTY};
    board_store(&board, &slots);
    sdk_chip_put_image(1, 666);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(board_start(&board), 0);
        assert_int_equal(board.starts, 1);
    }
    assert_int_equal(sdk_chip_starts(1), 1); // that was the one before
}

// Nothing better is there: the rejected image runs on, and says what it could not go back to.
static void test_damaged_way_back(void **state)
{
    struct slots slots;

    (void)state;
    board_update(&board, true);
    board_fail_trial(&board);
    sdk_chip_damage(0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(board_start(&board), 1);
        assert_int_equal(board.starts, 1);
    }
    slots = board_record(&board);
    assert_int_equal(slots.active, 1);
    assert_int_equal(slots.trial, SLOTS_TRIAL_SKIPPED);
    assert_string_equal(slots.reason, "the image is damaged");
    board_pass_trial(&board);  // is told
    board_begin_trial(&board); // the next update goes into the damaged slot
    assert_int_equal(board_start(&board), 0);
    assert_int_equal(board_record(&board).trial_boots, 1);
}

// Neither the new image nor, as it has been rejected itself, the one that runs is any good.
static void test_damaged_on_rejected(void **state)
{
    struct slots slots;

    (void)state;
    board_update(&board, true);
    slots = board_record(&board);
    slots.trial = SLOTS_TRIAL_NONE;
    slots.images[1].state = SLOTS_REJECTED;
    board_store(&board, &slots);
    board_begin_trial(&board);
    sdk_chip_damage(0);
    assert_int_equal(board_start(&board), 1);
    slots = board_record(&board);
    assert_int_equal(slots.active, 1);
    assert_int_equal(slots.trial, SLOTS_TRIAL_FAILED); // that of slot 0's image
    assert_int_equal(slots.images[0].state, SLOTS_REJECTED);
    assert_string_equal(slots.reason, "the image is damaged");
    for (int i = 0; i < 2 * SLOTS_BOOTS_MAX; i++)
        assert_int_equal(board_start(&board), 1);
}

static void test_serial_line(void **state)
{
    (void)state;
    for (int on_trial = 0; on_trial < 2; on_trial++) {
        board_update(&board, on_trial != 0);
        sdk_chip_put_image(0, 3);
        sdk_chip_blank_otadata();
        assert_int_equal(board_start(&board), 0);
        assert_int_equal(board.starts, 1);
        assert_false(board_has_record(&board));
        assert_int_equal(board_record(&board).images[1].state, SLOTS_EMPTY);
        assert_true(board_has_file(&board));
        assert_int_equal(board_start(&board), 0);
    }
}

// The cable was pulled half-way: the image from before goes on.
static void test_serial_line_torn(void **state)
{
    (void)state;
    board_update(&board, false);
    sdk_chip_damage(0);
    sdk_chip_blank_otadata();
    for (int i = 0; i < 2; i++) {
        assert_int_equal(board_start(&board), 1);
        assert_int_equal(board_record(&board).active, 1);
    }
}

// Both of its entries are damaged: the record still says what runs.
static void test_damaged_otadata(void **state)
{
    (void)state;
    board_update(&board, false);
    sdk_chip_tear_otadata();
    assert_int_equal(board_start(&board), 1);
    assert_int_equal(board_record(&board).active, 1);
    assert_int_equal(board_start(&board), 1);
    assert_int_equal(board.starts, 1);
}

// Without a record, and without an image in slot 0, what runs is made the one to run.
static void test_adopted(void **state)
{
    struct slots slots;

    (void)state;
    board_update(&board, false);
    assert_int_equal(files_remove(&board.port, SLOTS_FILE), 0);
    sdk_chip_damage(0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(board_start(&board), 1);
        assert_int_equal(board.starts, 1);
        slots = board_record(&board);
        assert_int_equal(slots.active, 1);
        assert_int_equal(slots.images[1].state, SLOTS_INSTALLED);
        assert_in_range(slots.images[1].size_bytes, SDK_CHIP_IMAGE_SIZE, SDK_CHIP_SLOT_SIZE);
        assert_int_equal(slots.images[0].state, SLOTS_EMPTY);
    }
}

// A record that cannot be read may well be there: it is not replaced, as nothing can be.
static void test_unreadable(void **state)
{
    unsigned ops;

    (void)state;
    board_update(&board, true);
    sdk_chip_damage(0);
    ops = sdk_flash_power()->ops;
    sdk_flash_fail_reads(esp8266_flash_partition(PORT_FILES));
    assert_int_equal(board_start(&board), 1);
    assert_int_equal(sdk_flash_power()->ops, ops);
    sdk_flash_fail_reads(NULL);
    assert_int_equal(board_record(&board).trial, SLOTS_TRIAL_RUNNING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_factory),
        cmocka_unit_test(test_nothing_to_run),
        cmocka_unit_test(test_update),
        cmocka_unit_test(test_passed),
        cmocka_unit_test(test_back),
        cmocka_unit_test(test_damaged_update),
        cmocka_unit_test(test_damaged_later),
        cmocka_unit_test(test_unverified),
        cmocka_unit_test(test_damaged_way_back),
        cmocka_unit_test(test_damaged_on_rejected),
        cmocka_unit_test(test_serial_line),
        cmocka_unit_test(test_serial_line_torn),
        cmocka_unit_test(test_damaged_otadata),
        cmocka_unit_test(test_adopted),
        cmocka_unit_test(test_unreadable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
