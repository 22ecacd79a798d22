/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xen/cpuid/matrix: the columns' order, what differs, what is found, and each reason why a feature
 * is off in a cell. */
#include "cpuid_help.h"

#include <errno.h>

#include "xen/cpuid/matrix.h"

static struct xd_cpuid_matrix m;
static struct xd_arena arena;
static struct xd_cpuid_lines lines;

enum { RAW, HOST, PV_MAX, HVM_MAX, PV_DEF, HVM_DEF, WEB1, DB1, N };

/* A machine whose layers all have these features; tests take some away. */
#define ALL                                                                                        \
    "fpu tsc pae fxsr sse sse2 sse3 movbe xsave avx avx2 smep pku hle rtm vmx itsc lm pcid "       \
    "monitor "                                                                                     \
    "mpx nx"

static int add(const char *name, enum xd_cpuid_layer layer, enum xd_cpuid_side side)
{
    struct xd_cpuid_column c = {.name = name,
                                .layer = layer,
                                .side = side,
                                .set = {.fs = set_of(ALL), .known = UINT32_MAX}};

    return xd_cpuid_matrix_add(&m, &c, NULL);
}

static int machine(void **state)
{
    xd_cpuid_matrix_init(&m, db);
    add("raw", XD_CPUID_LAYER_RAW, XD_CPUID_SIDE_ANY);
    add("host", XD_CPUID_LAYER_HOST, XD_CPUID_SIDE_ANY);
    add("PV max", XD_CPUID_LAYER_MAX, XD_CPUID_SIDE_PV);
    add("HVM max", XD_CPUID_LAYER_MAX, XD_CPUID_SIDE_HVM);
    add("PV def", XD_CPUID_LAYER_DEFAULT, XD_CPUID_SIDE_PV);
    add("HVM def", XD_CPUID_LAYER_DEFAULT, XD_CPUID_SIDE_HVM);
    add("web1", XD_CPUID_LAYER_DOMAIN, XD_CPUID_SIDE_HVM);
    add("db1", XD_CPUID_LAYER_DOMAIN, XD_CPUID_SIDE_PV);
    return 0;
}

static int no_machine(void **state)
{
    xd_cpuid_matrix_done(&m);
    xd_arena_done(&arena);
    xd_cpuid_lines_done(&lines);
    return 0;
}

/* Off from that column on, in all that is made from it. */
static void off_from(const char *name, int column)
{
    int b = bit(name);

    for (int i = 0; i < m.n; i++)
        for (int p = i; p >= 0; p = m.column[p].parent)
            if (p == column)
                xd_fs_del(&m.column[i].set.fs, b);
}

static struct xd_cpuid_why why(const char *name, int column)
{
    struct xd_cpuid_why w;

    xd_cpuid_matrix_why(&m, bit(name), column, &arena, &w);
    return w;
}

#define assert_has(text, part)                                                                     \
    do {                                                                                           \
        if (!(text) || !strstr((text), (part)))                                                    \
            fail_msg("\"%s\" doesn't say \"%s\"", (text) ? (text) : "(nothing)", (part));          \
    } while (0)

/* --- columns and cells --- */

static void each_is_made_of_the_one_before(void **state)
{
    static const int parents[N] = {-1, RAW, HOST, HOST, PV_MAX, HVM_MAX, HVM_DEF, PV_DEF};

    for (int i = 0; i < N; i++)
        assert_int_equal(m.column[i].parent, parents[i]);
}

static void other_machines_are_their_own(void **state)
{
    struct xd_cpuid_column c;
    int raw, max;

    xd_cpuid_column_of_label("raw", &c);
    c.machine = "node7";
    raw = xd_cpuid_matrix_add(&m, &c, NULL);
    xd_cpuid_column_of_label("HVM Max", &c);
    c.machine = "node7";
    max = xd_cpuid_matrix_add(&m, &c, NULL);
    xd_cpuid_column_of_label("Domain 3", &c);
    c.machine = "node7";
    int alone = xd_cpuid_matrix_add(&m, &c, NULL);
    assert_int_equal(m.column[raw].parent, -1);
    assert_int_equal(m.column[max].parent, raw); /* there is no host between them */
    assert_int_equal(m.column[alone].layer, XD_CPUID_LAYER_OTHER);
    assert_int_equal(m.column[alone].parent, -1);
}

static void cells_tell_where_it_changed(void **state)
{
    int b = bit("avx");

    off_from("avx", HVM_MAX);
    xd_fs_add(&m.column[WEB1].set.fs, b);
    assert_int_equal(xd_cpuid_matrix_cell(&m, b, HOST), XD_CPUID_CELL_ON);
    assert_int_equal(xd_cpuid_matrix_cell(&m, b, HVM_MAX), XD_CPUID_CELL_LOST);
    assert_int_equal(xd_cpuid_matrix_cell(&m, b, HVM_DEF), XD_CPUID_CELL_OFF);
    assert_int_equal(xd_cpuid_matrix_cell(&m, b, WEB1), XD_CPUID_CELL_GAINED);
    assert_int_equal(xd_cpuid_matrix_cell(&m, b, DB1), XD_CPUID_CELL_ON);
    m.column[DB1].set.known = 1; /* words beyond the first weren't told */
    assert_int_equal(xd_cpuid_matrix_cell(&m, b, DB1), XD_CPUID_CELL_UNKNOWN);
}

static void there_is_an_end_to_columns(void **state)
{
    struct xd_cpuid_column c = {.name = "x", .layer = XD_CPUID_LAYER_OTHER};
    struct xd_err err = XD_ERR_INIT;

    while (m.n < XD_CPUID_COLUMNS_MAX)
        assert_true(xd_cpuid_matrix_add(&m, &c, &err) >= 0);
    assert_int_equal(xd_cpuid_matrix_add(&m, &c, &err), -E2BIG);
    assert_has(xd_err_text(&err), "more than 8192 sets");
}

static void names_are_made_safe(void **state)
{
    struct xd_cpuid_column c = {.name = "evil\033[2Jweb", .machine = "a\nb"};
    int i = xd_cpuid_matrix_add(&m, &c, NULL);

    assert_true(xd_str_is_safe(m.column[i].name));
    assert_true(xd_str_is_safe(m.column[i].machine));
}

/* --- lines --- */

static const int every[N] = {RAW, HOST, PV_MAX, HVM_MAX, PV_DEF, HVM_DEF, WEB1, DB1};

static const char *lines_of(enum xd_cpuid_rows rows, const char *search)
{
    static char text[8192];
    struct xd_cpuid_wish w = {every, N, rows, search, 0, true};
    char buf[16];
    size_t n = 0;

    xd_cpuid_matrix_lines(&m, &w, &lines);
    text[0] = '\0';
    for (size_t i = 0; i < lines.n; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", i ? " " : "",
                              xd_cpuid_name(db, lines.line[i].bit, buf));
    return text;
}

static void only_what_differs(void **state)
{
    assert_string_equal(lines_of(XD_CPUID_ROWS_DIFFERENT, NULL), "");
    off_from("avx2", WEB1);
    off_from("rtm", HOST);
    assert_string_equal(lines_of(XD_CPUID_ROWS_DIFFERENT, NULL), "avx2 rtm");
    assert_int_equal(lines.features, 2);
    assert_true(lines.hidden > 300);
}

/* What one doesn't tell of is no difference. */
static void unknown_does_not_differ(void **state)
{
    off_from("avx2", WEB1);
    m.column[WEB1].set.known &= ~(UINT32_C(1) << (bit("avx2") / 32));
    assert_string_equal(lines_of(XD_CPUID_ROWS_DIFFERENT, NULL), "");
}

static void what_somebody_has(void **state)
{
    lines_of(XD_CPUID_ROWS_USED, NULL);
    assert_int_equal(lines.features, 22);
    assert_int_equal(lines.features + lines.hidden, (size_t)xd_fs_count(xd_cpuid_named(db)));
    lines_of(XD_CPUID_ROWS_ALL, NULL);
    assert_int_equal(lines.features, (size_t)xd_fs_count(xd_cpuid_named(db)));
    assert_int_equal(lines.hidden, 0);
}

static void found_by_name_alias_and_sentence(void **state)
{
    assert_string_equal(lines_of(XD_CPUID_ROWS_USED, "PNI"), "sse3"); /* Linux calls it so */
    assert_string_equal(lines_of(XD_CPUID_ROWS_USED, "meltdown"), "pcid invpcid rdcl-no");
    assert_string_equal(lines_of(XD_CPUID_ROWS_DIFFERENT, "meltdown"), "");
    assert_int_equal(lines.hidden, 3);
    assert_string_equal(lines_of(XD_CPUID_ROWS_USED, "avx2"), "avx2");
    assert_string_equal(lines_of(XD_CPUID_ROWS_USED, "avx?"), "avx2");
    assert_string_equal(lines_of(XD_CPUID_ROWS_USED, "SSE4_1"), "sse4-1"); /* nobody has it */
    assert_string_equal(lines_of(XD_CPUID_ROWS_USED, "cycles RDTSC"), "tsc");
    assert_string_equal(lines_of(XD_CPUID_ROWS_USED, "no such thing"), "");
}

static void groups_fold(void **state)
{
    struct xd_cpuid_wish w = {every, N, XD_CPUID_ROWS_USED, NULL, 0, false};
    size_t open, closed;

    xd_cpuid_matrix_lines(&m, &w, &lines);
    open = lines.n;
    assert_int_equal(lines.line[0].bit, -1);
    assert_string_equal(xd_cpuid_group_title(db, lines.line[0].group),
                        "Basic instructions and modes");
    w.folded = UINT64_C(1) << lines.line[0].group;
    xd_cpuid_matrix_lines(&m, &w, &lines);
    closed = lines.n;
    assert_int_equal(open - closed, lines.of[0]);
    assert_int_equal(lines.line[1].bit, -1);
    w.search = "fpu"; /* what is found is shown, whatever is folded */
    xd_cpuid_matrix_lines(&m, &w, &lines);
    assert_int_equal(lines.line[1].bit, bit("fpu"));
}

/* A bit that no table knows has a line of its own, under a heading at the end. */
static void bits_without_a_name(void **state)
{
    struct xd_cpuid_wish w = {every, N, XD_CPUID_ROWS_USED, NULL, 0, false};
    int nameless = 5 * 32;

    while (xd_cpuid_feature(db, nameless))
        nameless++;
    xd_fs_add(&m.column[RAW].set.fs, nameless);
    xd_cpuid_matrix_lines(&m, &w, &lines);
    assert_int_equal(lines.line[lines.n - 1].bit, nameless);
    assert_string_equal(xd_cpuid_group_title(db, lines.line[lines.n - 1].group),
                        "Bits without a name");
    struct xd_cpuid_why y;
    xd_cpuid_matrix_why(&m, nameless, HOST, &arena, &y);
    assert_int_equal(y.cause, XD_CPUID_CAUSE_UNAWARE);
}

/* --- why --- */

static void hardware(void **state)
{
    off_from("movbe", RAW);
    struct xd_cpuid_why w = why("movbe", WEB1);

    assert_int_equal(w.cause, XD_CPUID_CAUSE_HARDWARE);
    assert_int_equal(w.lost_in, RAW);
    assert_string_equal(w.text, "The processor of this host has no movbe.");
    assert_string_equal(w.remedy, "Only another processor has it.");
    assert_int_equal(why("movbe", RAW).cause, XD_CPUID_CAUSE_HARDWARE);
}

static void microcode_and_firmware(void **state)
{
    assert_int_equal(why("ibrsb", WEB1).cause, XD_CPUID_CAUSE_MICROCODE);
    assert_has(why("ibrsb", WEB1).remedy, "ucode=");
    off_from("vmx", RAW);
    assert_int_equal(why("vmx", HOST).cause, XD_CPUID_CAUSE_FIRMWARE);
    off_from("rtm", RAW);
    assert_int_equal(why("rtm", DB1).cause, XD_CPUID_CAUSE_TSX);
}

static void what_is_well_is_no_loss(void **state)
{
    assert_int_equal(why("rsba", RAW).cause, XD_CPUID_CAUSE_INTACT);
    assert_int_equal(why("osxsave", RAW).cause, XD_CPUID_CAUSE_OS);
}

static void the_command_line(void **state)
{
    off_from("smep", HOST);
    m.column[HOST].options = "dom0_mem=4G cpuid=no-rdrand,no-smep console=vga";
    struct xd_cpuid_why w = why("smep", DB1);

    assert_int_equal(w.cause, XD_CPUID_CAUSE_OPTION);
    assert_int_equal(w.lost_in, HOST);
    assert_has(w.text, "switches it off with cpuid=no-smep");
    assert_has(w.remedy, "Take cpuid=no-smep off");
    m.column[HOST].options = "smep=0";
    assert_has(why("smep", DB1).text, "with smep=0");
    m.column[HOST].options = "smep=1 cpuid=smep";
    assert_int_equal(why("smep", DB1).cause, XD_CPUID_CAUSE_XEN);
    assert_has(why("smep", DB1).text, "by itself");
}

/* The command line isn't known: what to look for is. */
static void xen_or_its_command_line(void **state)
{
    off_from("smep", HOST);
    struct xd_cpuid_why w = why("smep", HOST);

    assert_int_equal(w.cause, XD_CPUID_CAUSE_XEN);
    assert_has(w.remedy, "smep= or cpuid=no-smep");
}

static void options_against(void **state)
{
    static const struct {
        const char *options, *feature, *found;
    } cases[] = {
        {"xsave=0", "avx2", "xsave=0"}, /* it needs avx, and that xsave */
        {"no-xsave", "xsave", "no-xsave"},
        {"cpuid=no-avx", "avx2", "cpuid=no-avx"},
        {"cpuid=avx=0", "avx", "cpuid=avx=0"},
        {"spec-ctrl=no", "ibrsb", "spec-ctrl=no"},
        {"spec-ctrl=ibpb=1,msr-sc=off", "ibrsb", "spec-ctrl=msr-sc=off"},
        {"spec-ctrl=gds-mit", "avx", "spec-ctrl=gds-mit"},
        {"tsx=off", "rtm", "tsx=off"},
        {"cpuid=no-avx2", "avx", NULL},
        {"xsave=1 tsx=on", "avx", NULL},
        {"cpuid= = , cpuid=,,no- no-", "avx", NULL},
        {"", "avx", NULL},
        {NULL, "avx", NULL},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *found =
            xd_cpuid_option_against(db, cases[i].options, bit(cases[i].feature), &arena);

        if (!xd_streq(found, cases[i].found))
            fail_msg("\"%s\" against %s: %s", cases[i].options, cases[i].feature,
                     found ? found : "nothing");
    }
}

static void kept_by_xen_and_unknown_to_it(void **state)
{
    off_from("monitor", HVM_MAX);
    assert_int_equal(why("monitor", WEB1).cause, XD_CPUID_CAUSE_HIDDEN);
    assert_null(why("monitor", WEB1).remedy);
    int b = bit("amx-tile");
    xd_fs_add(&m.column[RAW].set.fs, b);
    xd_fs_add(&m.column[HOST].set.fs, b);
    assert_null(xd_cpuid_feature(db, b)->xen);
    assert_int_equal(why("amx-tile", HVM_MAX).cause, XD_CPUID_CAUSE_UNAWARE);
}

static void not_for_that_side(void **state)
{
    off_from("pcid", PV_MAX);
    assert_int_equal(why("pcid", DB1).cause, XD_CPUID_CAUSE_SIDE);
    assert_has(why("pcid", DB1).remedy, "pvh");
    off_from("pcid", HVM_MAX);
    assert_int_equal(why("pcid", WEB1).cause, XD_CPUID_CAUSE_SIDE);
    assert_has(why("pcid", WEB1).remedy, "hap");
}

static void hidden_by_spec_ctrl(void **state)
{
    for (int i = 0; i < N; i++)
        xd_fs_add(&m.column[i].set.fs, bit("ibrsb"));
    off_from("ibrsb", HVM_MAX);
    assert_int_equal(why("ibrsb", WEB1).cause, XD_CPUID_CAUSE_XEN);
    m.column[HOST].options = "spec-ctrl=msr-sc=no";
    assert_int_equal(why("ibrsb", WEB1).cause, XD_CPUID_CAUSE_OPTION);
    assert_has(why("ibrsb", WEB1).text, "hides ibrsb from guests with spec-ctrl=msr-sc=no");
}

static void only_if_asked_for(void **state)
{
    off_from("mpx", HVM_DEF);
    off_from("rtm", PV_DEF);
    struct xd_cpuid_why w = why("mpx", WEB1);

    assert_int_equal(w.cause, XD_CPUID_CAUSE_UNASKED);
    assert_string_equal(w.remedy, "Write cpuid=\"host,mpx=1\" into the configuration of web1; it "
                                  "counts from its next start.");
    assert_has(why("mpx", HVM_DEF).remedy, "of a guest");
    m.column[DB1].dom0 = true;
    assert_has(why("rtm", DB1).remedy, "dom0-cpuid=rtm");
}

static void a_line_of_its_own(void **state)
{
    off_from("vmx", HVM_DEF);
    off_from("pae", WEB1);
    assert_int_equal(why("vmx", WEB1).cause, XD_CPUID_CAUSE_SETTING);
    assert_has(why("vmx", WEB1).remedy, "nestedhvm=1");
    assert_int_equal(why("pae", WEB1).cause, XD_CPUID_CAUSE_SETTING);
    assert_has(why("pae", WEB1).remedy, "pae=1");
}

/* What the toolstack sets to match the vCPUs is nobody's choice, and no loss. */
static void what_follows_the_guest(void **state)
{
    for (int i = 0; i < N; i++)
        xd_fs_add(&m.column[i].set.fs, bit("cmp-legacy"));
    off_from("cmp-legacy", WEB1);
    assert_int_equal(why("cmp-legacy", WEB1).cause, XD_CPUID_CAUSE_LAYOUT);
    xd_fs_add(&m.column[RAW].set.fs, bit("osxsave"));
    assert_int_equal(why("osxsave", HOST).cause, XD_CPUID_CAUSE_OS);
    assert_has(why("osxsave", HOST).text, "no policy has it");
}

/* Xen 4.17 has x2apic in PV's maximum, for guests that come with it, and gives it to none. */
static void only_kept(void **state)
{
    for (int i = 0; i < N; i++)
        xd_fs_add(&m.column[i].set.fs, bit("apic"));
    for (int i = PV_MAX; i <= HVM_DEF; i++)
        if (i != PV_DEF)
            xd_fs_add(&m.column[i].set.fs, bit("x2apic"));
    assert_int_equal(why("x2apic", DB1).cause, XD_CPUID_CAUSE_SIDE);
    assert_has(why("x2apic", DB1).text, "may keep it");
    assert_null(why("x2apic", DB1).remedy);
}

static void the_domains_own_policy(void **state)
{
    off_from("movbe", WEB1);
    struct xd_cpuid_why w = why("movbe", WEB1);

    assert_int_equal(w.cause, XD_CPUID_CAUSE_POLICY);
    assert_has(w.text, "The policy of web1 takes movbe away");
    assert_has(w.remedy, "Take movbe=0 out of cpuid= in the configuration of web1");
    assert_has(w.remedy, "can't change");
    off_from("movbe", DB1);
    m.column[DB1].dom0 = true;
    assert_has(why("movbe", DB1).remedy, "no-movbe in Xen's option dom0-cpuid=");
}

static void what_it_needs(void **state)
{
    off_from("xsave", WEB1);
    off_from("avx", WEB1);
    off_from("avx2", WEB1);
    struct xd_cpuid_why w = why("avx2", WEB1);

    assert_int_equal(w.cause, XD_CPUID_CAUSE_NEEDS);
    assert_int_equal(w.because, bit("xsave")); /* the root, not what stands between */
    assert_has(w.text, "avx2 needs xsave, which is off too. The policy of web1 takes xsave away");
    assert_has(w.remedy, "xsave=0");
}

static void on_and_from_where(void **state)
{
    assert_int_equal(why("avx", WEB1).cause, XD_CPUID_CAUSE_ON);
    assert_has(why("avx", WEB1).text, "The processor of this host has avx.");
    off_from("mpx", HVM_DEF);
    xd_fs_add(&m.column[WEB1].set.fs, bit("mpx"));
    assert_int_equal(why("mpx", WEB1).cause, XD_CPUID_CAUSE_ASKED);
    for (int i = HVM_MAX; i < N; i++)
        xd_fs_add(&m.column[i].set.fs, bit("x2apic"));
    assert_int_equal(why("x2apic", WEB1).cause, XD_CPUID_CAUSE_GIVEN);
    assert_has(why("x2apic", WEB1).text, "although this host hasn't got it");
    off_from("movbe", HOST);
    for (int i = HVM_MAX; i < N; i++)
        xd_fs_add(&m.column[i].set.fs, bit("movbe"));
    assert_has(why("movbe", WEB1).text, "although it doesn't use it itself");
}

static void unknown_is_not_off(void **state)
{
    m.column[WEB1].set.known = 0;
    struct xd_cpuid_why w = why("avx", WEB1);

    assert_int_equal(w.cause, XD_CPUID_CAUSE_UNKNOWN);
    assert_int_equal(w.lost_in, -1);
    assert_has(w.text, "what web1 tells doesn't reach");
    /* and what comes from the unknown isn't blamed on the one who tells */
    off_from("movbe", HOST);
    m.column[RAW].set.known = 0;
    assert_int_equal(why("movbe", HOST).cause, XD_CPUID_CAUSE_HARDWARE);
}

static void each_reason_once(void **state)
{
    struct xd_cpuid_reasons *list;

    off_from("avx2", WEB1);
    off_from("avx2", PV_MAX);
    size_t n = xd_cpuid_matrix_reasons(&m, bit("avx2"), every, N, &arena, &list);
    assert_int_equal(n, 3);
    assert_int_equal(list[0].n, 4); /* raw, host, and HVM's two have it of the processor */
    assert_int_equal(list[0].columns[1], HOST);
    assert_int_equal(list[1].n, 3); /* PV's */
    assert_int_equal(list[1].columns[2], DB1);
    assert_int_equal(list[2].n, 1);
    assert_int_equal(list[2].why.cause, XD_CPUID_CAUSE_POLICY);
}

/* Whatever the columns say, there is a sentence for each cell, and a cause with a name. */
static void each_cell_has_a_sentence(void **state)
{
    uint32_t seed = 7;

    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < N; i++) {
            m.column[i].set.fs = random_set(&seed, 1 + next_random(&seed) % 4);
            m.column[i].set.known = next_random(&seed) | next_random(&seed);
        }
        for (int i = 0; i < N; i++) {
            for (int b = 0; b < XD_CPUID_BITS; b++) {
                struct xd_cpuid_why w;

                xd_cpuid_matrix_why(&m, b, i, &arena, &w);
                assert_true(w.text && strlen(w.text) > 10 && w.text[strlen(w.text) - 1] == '.');
                assert_true(strlen(xd_cpuid_cause_name(w.cause)) > 1);
                assert_int_equal(w.cell, xd_cpuid_matrix_cell(&m, b, i));
                assert_int_equal(w.lost_in >= 0,
                                 w.cell == XD_CPUID_CELL_OFF || w.cell == XD_CPUID_CELL_LOST);
            }
        }
        xd_arena_done(&arena);
    }
}

#define T(f) cmocka_unit_test_setup_teardown(f, machine, no_machine)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(each_is_made_of_the_one_before),
        T(other_machines_are_their_own),
        T(cells_tell_where_it_changed),
        T(there_is_an_end_to_columns),
        T(names_are_made_safe),
        T(only_what_differs),
        T(unknown_does_not_differ),
        T(what_somebody_has),
        T(found_by_name_alias_and_sentence),
        T(groups_fold),
        T(bits_without_a_name),
        T(hardware),
        T(microcode_and_firmware),
        T(what_is_well_is_no_loss),
        T(the_command_line),
        T(xen_or_its_command_line),
        T(options_against),
        T(kept_by_xen_and_unknown_to_it),
        T(not_for_that_side),
        T(hidden_by_spec_ctrl),
        T(only_if_asked_for),
        T(a_line_of_its_own),
        T(what_follows_the_guest),
        T(only_kept),
        T(the_domains_own_policy),
        T(what_it_needs),
        T(on_and_from_where),
        T(unknown_is_not_off),
        T(each_reason_once),
        T(each_cell_has_a_sentence),
    };

    return cmocka_run_group_tests(tests, load_db, free_db);
}
