// Tests of flash that has decayed: the headers of both images, and otadata. The SDK's functions
// believe what they read there; whatever it is, a good image runs in the end, and goes on running.
#include "firmware/port/esp8266/main/attempts.h"
#include "test/esp8266/sdk/ota.h"
#include "test/unit/firmware/port/esp8266/main/boot_fixture.h"

#define STARTS 4

static struct board board;
static unsigned tried;
static unsigned busy;
static unsigned bitten;

// --- what the board was about to do

static void prepare_factory(void)
{
    board_flash(&board);
    assert_int_equal(board_start(&board), 0);
    sdk_chip_put_image(1, 2);
}

static void prepare_update(void)
{
    board_flash(&board);
    assert_int_equal(board_start(&board), 0);
    board_begin_trial(&board);
}

static void prepare_updated(void)
{
    board_update(&board, false);
}

static void prepare_way_back(void)
{
    board_update(&board, true);
    board_fail_trial(&board);
}

static void prepare_last_start(void)
{
    board_update(&board, true);
    for (int i = 1; i < SLOTS_BOOTS_MAX; i++)
        assert_int_equal(board_start(&board), 1);
}

static void prepare_lost_record(void)
{
    board_update(&board, false);
    assert_int_equal(files_remove(&board.port, SLOTS_FILE), 0);
}

static void prepare_serial_line(void)
{
    board_update(&board, false);
    sdk_chip_put_image(0, 3);
    sdk_chip_blank_otadata();
}

static const struct {
    const char *name;
    void (*prepare)(void);
} plans[] = {
    {"factory", prepare_factory},
    {"update", prepare_update},
    {"updated", prepare_updated},
    {"way back", prepare_way_back},
    {"last start", prepare_last_start},
    {"lost record", prepare_lost_record},
    {"serial line", prepare_serial_line},
};

#define PLANS (sizeof plans / sizeof plans[0])

// --- what has decayed

struct decay {
    unsigned slot;
    size_t offset; // of a word in the image
    uint32_t value;
};

static uint8_t *place(const struct decay *decay)
{
    return sdk_flash_at(ota_slot(decay->slot)->address + (uint32_t)decay->offset);
}

// A boot loader that was asked for an endless image before it decayed, or that comes by it on its
// way to another, is beyond our reach.
static bool is_beyond_reach(void)
{
    unsigned selected;

    ota_selected(&selected);
    return ota_judge(ota_slot(selected)) == OTA_IMAGE_ENDLESS ||
           (ota_judge(ota_slot(selected)) == OTA_IMAGE_BAD &&
               ota_judge(ota_slot(1 - selected)) == OTA_IMAGE_ENDLESS);
}

static void check_rest(unsigned bites_max)
{
    int slot = BOARD_UNDECIDED;

    for (int i = 0; i < STARTS; i++) {
        slot = board_start(&board);
        assert_in_range(slot, 0, PORT_SLOTS - 1);
        assert_in_range(board.bitten, 0, bites_max);
        bitten += board.bitten;
        assert_in_range(board.starts, 1, 3 + bites_max);
        assert_true(sdk_chip_is_good((unsigned)slot));
        assert_int_equal(board_record(&board).active, slot); // core finds it, too
    }
    assert_int_equal(board_start(&board), slot);
    assert_int_equal(board.starts, 1 + board.bitten);
    assert_true(board_has_file(&board));
}

static void try_decay(void (*prepare)(void), const struct decay *decay)
{
    prepare();
    memcpy(place(decay), &decay->value, sizeof decay->value);
    if (is_beyond_reach()) {
        assert_int_equal(board_start(&board), BOARD_BUSY);
        busy++;
        return;
    }
    if (!sdk_chip_is_good(0) && !sdk_chip_is_good(1))
        return;
    check_rest(0);
    tried++;
}

// Each bit alone, as flash decays, and the numbers at which lengths overflow.
static void sweep_word(void (*prepare)(void), struct decay decay)
{
    static const uint32_t values[] = {0, 1, 4, 8, SDK_CHIP_IMAGE_SIZE, SDK_CHIP_SLOT_SIZE - 4,
        SDK_CHIP_SLOT_SIZE, SDK_CHIP_SLOT_SIZE + 4, 0x01000000, 0x7ffffffc, 0x80000000, 0xfffffff8,
        UINT32_MAX - 3, UINT32_MAX};
    uint32_t word;

    prepare();
    memcpy(&word, place(&decay), sizeof word);
    for (unsigned bit = 0; bit < 32; bit++) {
        decay.value = word ^ 1u << bit;
        try_decay(prepare, &decay);
    }
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        decay.value = values[i];
        try_decay(prepare, &decay);
    }
}

// Magic and number of segments, entry, and for each segment address and length.
static void test_headers(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLANS; i++) {
        tried = 0;
        busy = 0;
        for (unsigned slot = 0; slot < PORT_SLOTS; slot++) {
            struct decay decay = {.slot = slot};
            uint32_t size;

            plans[i].prepare();
            memcpy(&size, sdk_flash_at(ota_slot(slot)->address + OTA_HEADER_SIZE + 4), sizeof size);
            for (unsigned word = 0; word < 4; word++) {
                decay.offset = word * sizeof size;
                sweep_word(plans[i].prepare, decay);
            }
            for (unsigned word = 4; word < 6; word++) {
                decay.offset = size + word * sizeof size;
                sweep_word(plans[i].prepare, decay);
            }
        }
        printf("%s: %u decays, the boot loader busy in %u more\n", plans[i].name, tried, busy);
        assert_true(tried > 250);
    }
}

// --- otadata

static const uint32_t numbers[] = {
    0, 1, 2, 3, 0x7fffffff, 0x80000000, UINT32_MAX - 2, UINT32_MAX - 1, UINT32_MAX};

#define NUMBERS (sizeof numbers / sizeof numbers[0])

// Numbers that the SDK takes for good, and counts up to.
static void test_otadata(void **state)
{
    (void)state;
    bitten = 0;
    for (size_t i = 0; i < PLANS * NUMBERS * NUMBERS; i++) {
        plans[i / NUMBERS / NUMBERS].prepare();
        ota_put_entry(0, numbers[i % NUMBERS]);
        ota_put_entry(1, numbers[i / NUMBERS % NUMBERS]);
        if (!sdk_chip_is_good(1))
            sdk_chip_put_image(1, 2);
        check_rest(ATTEMPTS_MAX);
    }
    printf("%u resets by the supervisor\n", bitten);
    assert_true(bitten > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_otadata),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
