// Channels against an oracle that tries every path, on random graphs. The seed is printed;
// CHAIN_SEED repeats a run.
#include <time.h>

#include "test/unit/server/release/chain_rows.h"

#define GRAPHS 10000
#define IMAGES_MAX ((size_t)12)
#define KEYS 4

struct graph {
    struct release_member members[IMAGES_MAX];
    size_t n;
};

static uint64_t seed;
static uint64_t random_state;

// xorshift64
static unsigned below(unsigned bound)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return bound > 1 ? (unsigned)(random_state >> 32) % bound : 0;
}

static void make_image(struct release_member *member, size_t i, unsigned keys)
{
    char name[IMAGE_NAME_SIZE];

    snprintf(name, sizeof name, BOARD "%zu", i + 1);
    assert_true(image_name_parse(name, strlen(name), &member->image.name));
    member->image.state = below(4) > 0 ? P : below(2) > 0 ? W : A;
    member->image.must_pass = below(6) == 0;
    member->image.channel = below(2) == 0 ? CHANNEL_BETA : CHANNEL_STABLE;
    member->image.was_stable = below(4) == 0;
    member->devices = below(3);
    member->beta_devices = member->devices > 0 ? below((unsigned)member->devices + 1) : 0;
    if (below(12) > 0)
        member->image.signer[0] = (char)('a' + below(keys));
    for (unsigned key = 0; key < keys; key++) {
        if (below(2) == 0)
            member->image.embeds[member->image.embeds_count++][0] = (char)('a' + key);
    }
}

static void make_graph(struct graph *graph)
{
    enum board_policy policy = below(3) == 0 ? BOARD_POLICY_STEP : BOARD_POLICY_LEAP;
    unsigned keys = 1 + below(KEYS);

    graph->n = 1 + below(IMAGES_MAX);
    memset(graph->members, 0, sizeof graph->members);
    for (size_t i = 0; i < graph->n; i++) {
        make_image(&graph->members[i], i, keys);
        graph->members[i].policy = policy;
    }
}

// --- the oracle: nothing of what is tested

static bool can_verify(const struct graph *graph, size_t from, size_t to)
{
    const struct image *image = &graph->members[from].image;
    char signer = graph->members[to].image.signer[0];
    bool found = false;

    for (size_t i = 0; i < image->embeds_count; i++)
        found = found || (signer != '\0' && image->embeds[i][0] == signer);
    return found;
}

// Whether devices of the channel may be offered it.
static bool is_offered(const struct graph *graph, size_t i, enum channel channel)
{
    const struct image *image = &graph->members[i].image;

    return image->state == P && (channel == CHANNEL_BETA || image->channel != CHANNEL_BETA);
}

static bool may_go(const struct graph *graph, size_t from, size_t to, enum channel channel)
{
    bool steps = graph->members[0].policy == BOARD_POLICY_STEP;

    if (to <= from || !is_offered(graph, to, channel) || !can_verify(graph, from, to))
        return false;
    for (size_t i = from + 1; i < to; i++) {
        if (is_offered(graph, i, channel) && (steps || graph->members[i].image.must_pass))
            return false;
    }
    return true;
}

// The furthest place of all paths.
// NOLINTNEXTLINE(misc-no-recursion): there are 12 images
static size_t furthest(const struct graph *graph, size_t from, enum channel channel)
{
    size_t best = from;

    for (size_t i = from + 1; i < graph->n; i++) {
        size_t end = may_go(graph, from, i, channel) ? furthest(graph, i, channel) : from;

        if (end > best)
            best = end;
    }
    return best;
}

static size_t newest_behind(const struct graph *graph, size_t from, enum channel channel)
{
    size_t newest = graph->n;

    for (size_t i = from + 1; i < graph->n; i++) {
        if (is_offered(graph, i, channel))
            newest = i;
    }
    return newest;
}

// Whether devices that follow the channel may run it: they do, or got it at some time.
static bool counts(const struct graph *graph, size_t i, enum channel channel)
{
    const struct release_member *member = &graph->members[i];
    const struct image *image = &member->image;
    int64_t stable = member->devices - member->beta_devices;

    if (channel == CHANNEL_BETA)
        return image->state != A || member->beta_devices > 0;
    return stable > 0 || (image->channel == CHANNEL_BETA ? image->was_stable : image->state != A);
}

static bool loses(const struct graph *graph, size_t i, enum channel channel)
{
    size_t newest = newest_behind(graph, i, channel);

    return counts(graph, i, channel) && newest < graph->n && furthest(graph, i, channel) != newest;
}

// --- what is tested

// Goes where a device of the channel is sent from there, and judges each step.
static void walk(
    const struct graph *graph, const struct release_member *view, size_t from, enum channel channel)
{
    const size_t goal = furthest(graph, from, channel);
    const struct image *next;
    size_t at = from;

    while (release_chain_next(view, graph->n, &view[at].image.name, &next) == RELEASE_NEXT) {
        size_t to = (size_t)((const struct release_member *)next - view);

        assert_true(is_offered(graph, to, channel));          // nothing of another channel
        assert_true(may_go(graph, at, to, channel));          // verified, and by the policy
        assert_int_equal(furthest(graph, to, channel), goal); // it strands nobody
        at = to;
    }
    assert_int_equal(at, goal);
}

// Who leaves beta is not offered anything until stable has something newer.
static void check_ahead(const struct graph *graph, const struct release_member *view, size_t i)
{
    const struct image *next;

    if (!release_channel_is_ahead(graph->members, graph->n, i))
        return;
    assert_int_equal(
        release_chain_next(view, graph->n, &view[i].image.name, &next), RELEASE_CURRENT);
    assert_true(graph->members[i].image.channel == CHANNEL_BETA);
    assert_int_equal(newest_behind(graph, i, CHANNEL_STABLE), graph->n);
}

// Where the store need not be asked, the answers are the same.
static void check_matters(const struct graph *graph, const struct release_member *stable,
    const struct release_member *beta, size_t i)
{
    const struct image *next[2];
    enum release_answer answers[2] = {
        release_chain_next(stable, graph->n, &stable[i].image.name, &next[0]),
        release_chain_next(beta, graph->n, &beta[i].image.name, &next[1])};

    if (release_channel_matters(graph->members, graph->n, &stable[i].image.name))
        return;
    assert_int_equal(answers[0], answers[1]);
    assert_true((next[0] == NULL) == (next[1] == NULL));
    if (next[0] != NULL)
        assert_string_equal(next[0]->name.text, next[1]->name.text);
}

static void check_ways(struct graph *graph)
{
    struct release_member views[CHANNEL_COUNT][IMAGES_MAX];

    for (int c = CHANNEL_STABLE; c < CHANNEL_COUNT; c++) {
        release_channel_view(graph->members, graph->n, (enum channel)c, views[c]);
        release_chain_plan(views[c], graph->n);
        for (size_t i = 0; i < graph->n; i++)
            walk(graph, views[c], i, (enum channel)c);
    }
    for (size_t i = 0; i < graph->n; i++) {
        check_ahead(graph, views[CHANNEL_STABLE], i);
        check_matters(graph, views[CHANNEL_STABLE], views[CHANNEL_BETA], i);
    }
}

static void for_each_graph(void (*check)(struct graph *graph))
{
    struct graph graph;

    random_state = seed;
    for (int i = 0; i < GRAPHS; i++) {
        make_graph(&graph);
        check(&graph);
    }
}

static void each_channel_comes_as_far_as_any_path(void **state)
{
    (void)state;
    for_each_graph(check_ways);
}

static bool differs(const struct graph *graph)
{
    bool found = false;

    for (size_t i = 0; i < graph->n; i++)
        found = found || (graph->members[i].image.channel == CHANNEL_BETA &&
                             graph->members[i].image.state != A);
    return found;
}

// What is done to an image: published to either channel, or withdrawn. By leaps, it is refused
// exactly if devices of any channel lose their newest by it, or if an image that must be passed
// through is put where who has lost it stands.
static void check_change(struct graph *graph)
{
    struct graph after = *graph;
    size_t index = below((unsigned)graph->n);
    struct image *image = &after.members[index].image;
    bool was_offered = is_offered(graph, index, CHANNEL_STABLE);
    bool to_must_pass;
    bool worse = false;

    image->state = below(3) > 0 ? P : W;
    image->channel = below(2) == 0 ? CHANNEL_BETA : CHANNEL_STABLE;
    image->was_stable = image->was_stable || was_offered;
    to_must_pass = image->must_pass && image->state == P;
    if (graph->members[0].policy != BOARD_POLICY_LEAP || !differs(graph) || !differs(&after))
        return;
    for (size_t i = 0; i < graph->n; i++) {
        for (int c = CHANNEL_STABLE; c < CHANNEL_COUNT; c++)
            worse =
                worse || (loses(&after, i, (enum channel)c) && !loses(graph, i, (enum channel)c));
    }

    int rc = release_channel_check_image(graph->members, graph->n, index, image, NULL);

    if (worse)
        assert_int_equal(rc, ERR_CONFLICT);
    else if (!to_must_pass)
        assert_int_equal(rc, 0);
}

static void a_change_that_loses_somebody_is_refused(void **state)
{
    (void)state;
    for_each_graph(check_change);
}

int main(void)
{
    const char *given = getenv("CHAIN_SEED");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_channel_comes_as_far_as_any_path),
        cmocka_unit_test(a_change_that_loses_somebody_is_refused),
    };

    seed = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
    seed = seed == 0 ? 1 : seed; // of which nothing else would come
    printf("seed %llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
