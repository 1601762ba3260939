// The graph of a board's images against an oracle that tries every path, on random ones. The seed
// is printed; CHAIN_SEED repeats a run.
#include <time.h>

#include "server/release/release_check.h"
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

static void make_graph(struct graph *graph)
{
    enum board_policy policy = below(3) == 0 ? BOARD_POLICY_STEP : BOARD_POLICY_LEAP;
    unsigned keys = 1 + below(KEYS);

    graph->n = 1 + below(IMAGES_MAX);
    memset(graph->members, 0, sizeof graph->members);
    for (size_t i = 0; i < graph->n; i++) {
        struct release_member *member = &graph->members[i];
        char name[IMAGE_NAME_SIZE];

        snprintf(name, sizeof name, BOARD "%zu", i + 1);
        assert_true(image_name_parse(name, strlen(name), &member->image.name));
        member->image.state = below(4) > 0 ? P : below(2) > 0 ? W : A;
        member->image.must_pass = below(6) == 0;
        member->devices = below(3);
        member->policy = policy;
        if (below(12) > 0)
            member->image.signer[0] = (char)('a' + below(keys));
        for (unsigned key = 0; key < keys; key++) {
            if (below(2) == 0)
                member->image.embeds[member->image.embeds_count++][0] = (char)('a' + key);
        }
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

static bool is_published(const struct graph *graph, size_t i)
{
    return graph->members[i].image.state == P;
}

// Whether the policy lets a device on the one image have the other.
static bool may_go(const struct graph *graph, size_t from, size_t to)
{
    bool steps = graph->members[0].policy == BOARD_POLICY_STEP;

    if (to <= from || !is_published(graph, to) || !can_verify(graph, from, to))
        return false;
    for (size_t i = from + 1; i < to; i++) {
        if (is_published(graph, i) && (steps || graph->members[i].image.must_pass))
            return false;
    }
    return true;
}

// The furthest place of all paths.
// NOLINTNEXTLINE(misc-no-recursion): there are 12 images
static size_t furthest(const struct graph *graph, size_t from)
{
    size_t best = from;

    for (size_t i = from + 1; i < graph->n; i++) {
        size_t end = may_go(graph, from, i) ? furthest(graph, i) : from;

        if (end > best)
            best = end;
    }
    return best;
}

// The newest published place behind; n if there is none.
static size_t newest_behind(const struct graph *graph, size_t from)
{
    size_t newest = graph->n;

    for (size_t i = from + 1; i < graph->n; i++) {
        if (is_published(graph, i))
            newest = i;
    }
    return newest;
}

static bool counts(const struct graph *graph, size_t i)
{
    return graph->members[i].image.state != A || graph->members[i].devices > 0;
}

// Whether devices that may run it do not come to the newest.
static bool loses(const struct graph *graph, size_t i)
{
    size_t newest = newest_behind(graph, i);

    return counts(graph, i) && newest < graph->n && furthest(graph, i) != newest;
}

// --- what is tested

static enum release_answer ask(
    const struct graph *graph, size_t from, const struct image_name *limit, size_t *place)
{
    const struct image *next;
    enum release_answer answer = release_chain_next_within(
        graph->members, graph->n, &graph->members[from].image.name, limit, &next);

    *place = graph->n;
    for (size_t i = 0; i < graph->n; i++) {
        if (next == &graph->members[i].image)
            *place = i;
    }
    return answer;
}

// Goes where a device is sent from there, and judges each step.
static void walk(const struct graph *graph, size_t from)
{
    const size_t goal = furthest(graph, from);
    size_t at = from;
    size_t next;
    enum release_answer answer;

    while ((answer = ask(graph, at, NULL, &next)) == RELEASE_NEXT) {
        assert_true(may_go(graph, at, next));          // verified, and by the policy
        assert_int_equal(furthest(graph, next), goal); // it strands nobody
        for (size_t i = next + 1; i < graph->n; i++)   // and leaps as far as it can
            assert_false(may_go(graph, at, i) && furthest(graph, i) == goal);
        at = next;
    }
    assert_int_equal(at, goal);
    assert_int_equal(
        answer, newest_behind(graph, at) == graph->n ? RELEASE_CURRENT : RELEASE_STRANDED);
}

// The same up to an image that it is pinned to.
static void walk_pinned(const struct graph *graph, size_t from, size_t pin)
{
    const struct image_name *limit = &graph->members[pin].image.name;
    size_t at = from;
    size_t next;

    while (ask(graph, at, limit, &next) == RELEASE_NEXT && next <= pin) {
        assert_true(may_go(graph, at, next));
        assert_int_equal(furthest(graph, next), furthest(graph, from));
        at = next;
    }
    for (size_t i = at + 1; i <= pin; i++)
        assert_false(may_go(graph, at, i) && furthest(graph, i) == furthest(graph, at));
}

// What may be installed: all that may be had now, and by steps what could be before.
static void check_permits(const struct graph *graph, size_t from)
{
    bool barred = false; // by an image that must be passed through

    for (size_t to = from + 1; to < graph->n; to++) {
        enum release_answer answer = release_chain_permit(
            graph->members, graph->n, &graph->members[from].image, &graph->members[to].image);

        if (may_go(graph, from, to))
            assert_int_equal(answer,
                furthest(graph, to) == furthest(graph, from) ? RELEASE_NEXT : RELEASE_DEAD_END);
        else if (answer == RELEASE_NEXT)
            assert_true(can_verify(graph, from, to) && !barred);
        barred = barred || (is_published(graph, to) && graph->members[to].image.must_pass);
    }
}

static void for_each_graph(void (*check)(struct graph *graph))
{
    struct graph graph;

    random_state = seed;
    for (int i = 0; i < GRAPHS; i++) {
        make_graph(&graph);
        release_chain_plan(graph.members, graph.n);
        check(&graph);
    }
}

static void check_ways(struct graph *graph)
{
    for (size_t i = 0; i < graph->n; i++) {
        walk(graph, i);
        walk_pinned(graph, i, below((unsigned)graph->n));
        check_permits(graph, i);
    }
}

static void devices_come_as_far_as_any_path(void **state)
{
    (void)state;
    for_each_graph(check_ways);
}

// A change is refused exactly if somebody loses the newest image by it, or if an image that must be
// passed through is put where who has lost it stands.
static void check_change(struct graph *graph)
{
    struct graph after = *graph;
    struct release_member *member = &after.members[below((unsigned)graph->n)];
    bool to_must_pass = false;
    bool worse = false;

    switch (below(3)) {
    case 0:
        for (size_t i = 0; i < after.n; i++)
            after.members[i].policy = graph->members[0].policy == BOARD_POLICY_STEP
                                          ? BOARD_POLICY_LEAP
                                          : BOARD_POLICY_STEP;
        break;
    case 1:
        to_must_pass = !member->image.must_pass;
        member->image.must_pass = to_must_pass;
        break;
    default:
        to_must_pass = member->image.state != P && member->image.must_pass;
        member->image.state = member->image.state == P ? W : P;
        break;
    }
    for (size_t i = 0; i < graph->n; i++)
        worse = worse || (loses(&after, i) && !loses(graph, i));

    int rc = release_check_change(graph->members, after.members, graph->n, NULL);

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

// By leaps, the catalogue's own question about one image has the same answer.
static void check_publication(struct graph *graph)
{
    size_t index = below((unsigned)graph->n);
    enum image_state wish = graph->members[index].image.state == P ? W : P;
    struct graph after = *graph;

    if (graph->members[0].policy != BOARD_POLICY_LEAP)
        return;
    after.members[index].image.state = wish;
    assert_int_equal(check_state(graph->members, graph->n, index, wish, NULL),
        release_check_change(graph->members, after.members, graph->n, NULL));
}

static void publication_goes_by_the_graph(void **state)
{
    (void)state;
    for_each_graph(check_publication);
}

int main(void)
{
    const char *given = getenv("CHAIN_SEED");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(devices_come_as_far_as_any_path),
        cmocka_unit_test(a_change_that_loses_somebody_is_refused),
        cmocka_unit_test(publication_goes_by_the_graph),
    };

    seed = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
    seed = seed == 0 ? 1 : seed; // of which nothing else would come
    printf("seed %llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
