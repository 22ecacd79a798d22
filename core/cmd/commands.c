/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of the command line, each described once. --help, the manual page and the shell
 * completion are made from these tables. */
#include "cmd/cli.h"

const struct xd_option xd_cli_global_options[] = {
    {"host", 'H', "HOST", "live, demo[:SCENARIO], capture:FILE, topo:FILE (default: live or demo)"},
    {"readonly", 0, NULL, "Show only: no edit can be made"},
    {"interval", 'd', "TIME", "Time between samples, such as 500ms, 2s, 1m (default 2s)"},
    {"journal", 0, "FILE", "Journal to use instead of the host's own"},
    {"theme", 0, "NAME", "Console: a theme's name or file (default: default)"},
    {"color", 0, "MODE", "Console: auto, 256, 16, 8 or mono; NO_COLOR means mono"},
    {"glyphs", 0, "TIER", "Console: auto, ascii, block or braille"},
    {"ascii", 0, NULL, "Console: the same as --glyphs ascii"},
    {"no-settings", 0, NULL, "Console: neither use nor keep settings"},
    {"policy", 0, "FILE", "Console: carry a policy out (a file, or a name as of policy show)"},
    {"mouse", 0, NULL, "Console: take mouse clicks and the wheel"},
    {"help", 'h', NULL, "Help on xendeck or on the command"},
    {"version", 'V', NULL, "The version and what it was built with"},
    {0},
};

static const struct xd_option get_options[] = {
    {"columns", 'c', "LIST", "Columns: name,cpu · all · default,+uuid,-pool"},
    {"preset", 'p', "NAME", "A set of columns: xentop, memory, network, disk, scheduling …"},
    {"filter", 'f', "FILTER", "Rows: state:paused cpu>50 name~^web (see FILTERS)"},
    {"sort", 's', "LIST", "Order: -cpu,name is the busiest first, then by name"},
    {"output", 'o', "FORMAT", "table, json or csv"},
    {"watch", 'w', "TIME", "Print again every TIME"},
    {"count", 'n', "N", "With --watch: end after N times"},
    {"once", '1', NULL, "One sample, at once: rates such as CPU% are unknown then"},
    {0},
};

#define EDIT_OPTIONS                                                                               \
    {"dry-run", 'n', NULL, "Show the plan and do nothing"}, {"yes", 'y', NULL, "Do not ask"},      \
        {"output", 'o', "FORMAT", "table or json"},                                                \
    {                                                                                              \
        0                                                                                          \
    }

static const struct xd_option edit_options[] = {EDIT_OPTIONS};

static const struct xd_option journal_options[] = {
    {"output", 'o', "FORMAT", "table or json"},
    {0},
};

static const struct xd_option capture_options[] = {
    {"count", 'n', "N", "End after N samples of each source (default: until Ctrl-C)"},
    {"force", 0, NULL, "Write over FILE if it exists"},
    {"topology", 0, NULL, "Record the machine itself instead, for --host topo:FILE"},
    {"with-serials", 0, NULL, "With --topology: leave serial numbers and Ethernet addresses in"},
    {0},
};

static const struct xd_option topo_options[] = {
    {"output", 'o', "FORMAT", "text (a drawing), tree, json, dot, svg or hwloc-xml"},
    {"view", 0, "VIEW", "all, cpu, memory, pci or numa (a matrix of distances)"},
    {"width", 0, "N", "text, tree: cells of a line (default: the terminal's)"},
    {"height", 0, "N", "text: fold equal things into one until it fits into N lines"},
    {"overlay", 0, "NAME",
     "text: what threads and links show: running, affinity, pools, load or links (default: "
     "nothing)"},
    {"domain", 0, "NAME", "--overlay affinity: whose"},
    {"ascii", 0, NULL, "text, tree: no character that ASCII hasn't got"},
    {"unfolded", 0, NULL, "tree, dot: each of equal things by itself"},
    {"from", 0, "FILE",
     "A recorded machine: .xdt, a tar of /sys and /proc, hwloc's XML, lspci -xxxx"},
    {0},
};

static const struct xd_option doctor_options[] = {
    {"output", 'o', "FORMAT", "table, json or csv"},
    {0},
};

static const struct xd_option cpuid_options[] = {
    {"on", 0, "SOURCE",
     "check: the host; show, diff: what guests with these SPECs would see there; translate: what "
     "\"host\" means"},
    {"different", 0, NULL, "matrix: only the features in which columns differ"},
    {"search", 0, "WORDS", "matrix: only features with these words in names or sentences"},
    {"columns", 'c', "LIST", "matrix: columns, such as raw,host,web*"},
    {"to", 0, "FORMAT", "translate: spec, xl, xend, libvirt, qemu, hex or leaves"},
    {"from", 0, "FORMAT", "translate: what SPEC is written in, where it can't be seen"},
    {"into", 0, "CONFIG",
     "translate: put it into that xl config file, for the domain's next start"},
    {"spec", 0, "SPEC", "try: with this policy instead of the one in CONFIG"},
    {"cpu-map", 0, "DIR", "With the models of this folder of libvirt's (cpu_map) as well"},
    {"qemu-help", 0, "FILE",
     "With the names in what qemu-system-x86_64 -cpu help prints (-: standard input)"},
    {"dry-run", 0, NULL, "try: only say what making the domain would do"},
    {"yes", 'y', NULL, "try: don't ask; translate --into: write it"},
    {"pv", 0, NULL, "For PV guests (default: HVM and PVH)"},
    {"all", 'a', NULL,
     "Features that no guest sees, too; show, matrix: also those that nobody has"},
    {"explain", 0, NULL, "show, diff, matrix: say what each feature is"},
    {"output", 'o', "FORMAT", "table, json; show, diff and models also csv"},
    {0},
};

static const struct xd_option policy_options[] = {
    {"from", 0, "LOAD", "simulate, explain: a capture, or a table time,name,cpu as CSV"},
    {"days", 0, "N", "simulate: so many days; LOAD begins again where it is shorter"},
    {"compare", 0, "FILE", "simulate: another policy on the same load, and what changes"},
    {"acts", 0, NULL, "simulate: print each move of a knob, with its rule"},
    {"policy", 0, "FILE", "explain: this policy instead of what the daemon carries out"},
    {"restore", 0, NULL, "pause: give knobs back (default: they stay as they are)"},
    {"cpu", 0, "TIME", "budget: so much CPU time in its window from now on"},
    {"per", 0, "TIME", "budget: so long a window, which begins anew"},
    {"cap", 0, "PERCENT", "budget: the cap once it is used up"},
    {"state", 0, "DIR", "run: where balances are kept (default: /var/lib/xendeck/policy)"},
    {"socket", 0, "PATH", "The daemon's socket (default: /run/xendeck/policy.sock)"},
    {"output", 'o', "FORMAT", "check, simulate, status: table or json"},
    {0},
};

/* The texts below are made from the tables of both rooms. */
static int cmd_man(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_cli *cli = ctx;

    xd_help_man(cli, cli->out);
    return XD_EXIT_DONE;
}

static int cmd_completion(void *ctx, int argc, char **argv, struct xd_err *err)
{
    xd_help_completion(((struct xd_cli *)ctx)->out);
    return XD_EXIT_DONE;
}

static int cmd_help(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_cli *cli = ctx;
    const struct xd_command *c = argc > 1 ? xd_cli_command(argv[1], err) : NULL;

    if (argc > 1 && !c)
        return XD_EXIT_USAGE;
    if (c)
        xd_help_command(c, cli->out);
    else
        xd_help_overview(cli, cli->out);
    return XD_EXIT_DONE;
}

const struct xd_command xd_cli_commands[] = {
    {.name = "get",
     .args = "[TABLE]",
     .run = xd_cmd_get,
     .flags = XD_CMD_BARE,
     .options = get_options,
     .title = "Print a table of the host",
     .help = "Without TABLE: the tables there are and their columns. Rates such as CPU% need two "
             "samples, so a table that shows one takes a second sample after --interval (1s here); "
             "--once does without. In JSON an unknown value is null, memory is in KiB, and all "
             "columns are there unless -c chooses."},
    {.name = "set",
     .args = "OBJECT [KNOB=VALUE]… [OBJECT KNOB=VALUE…]…",
     .run = xd_cmd_set,
     .options = edit_options,
     .flags = XD_CMD_WRITES | XD_CMD_BARE,
     .title = "Edit the host",
     .help = "Shows the plan, asks, applies it step by step, reads each value back and writes it "
             "to the journal. A step expects the value that the plan shows: if somebody else has "
             "changed it meanwhile, it is REFUSED. If a step fails, the earlier ones are taken "
             "back. With only an OBJECT: the knobs and actions it has. Without a terminal --yes "
             "is needed."},
    {.name = "do",
     .args = "OBJECT ACTION [PARAM=VALUE]…",
     .run = xd_cmd_do,
     .options = edit_options,
     .flags = XD_CMD_WRITES | XD_CMD_BARE,
     .title = "Carry out an action: pause, shutdown …",
     .help = "Planned, journalled and verified as an edit is."},
    {.name = "undo",
     .args = "[N]",
     .run = xd_cmd_undo,
     .options = edit_options,
     .flags = XD_CMD_WRITES | XD_CMD_BARE,
     .title = "Take back journal entry N, or the newest that can be",
     .help = "The inverse steps in reverse order; each expects to find what the edit has set."},
    {.name = "console",
     .args = "DOMAIN",
     .run = xd_cmd_console_of,
     .title = "Open the guest's console (xl console); Ctrl-] ends it"},
    {.name = "journal",
     .args = "[N]",
     .run = xd_cmd_journal,
     .options = journal_options,
     .title = "Print the journal, or entry N with its steps",
     .help = "An entry without an end is UNKNOWN: the program died in the middle of it."},
    {.name = "topo",
     .args = "[THING]",
     .run = xd_cmd_topo,
     .options = topo_options,
     .title = "Draw the machine: CPUs, caches, memory, PCI",
     .help =
         "This machine as it is: under Xen the host's real CPUs and nodes, which dom0 by itself "
         "can't see; without Xen what Linux and the firmware say. --theme colours a picture "
         "(default: dark ink on white). THING is what is looked at instead, by id or by what "
         "drawings call it: node/1, \"Node 1\", 41:00.0. What a source could not tell is said "
         "on standard error, and the rest is drawn."},
    {.name = "capture",
     .args = "FILE",
     .run = xd_cmd_capture,
     .options = capture_options,
     .title = "Record the host to FILE, for --host capture:FILE",
     .help = "With --topology, a recording of this machine (or of --host): the files of /sys and "
             "/proc, the firmware's tables and Xen's own words that its topology is read from, in "
             "a tar archive. Serial numbers and Ethernet addresses are left out, so that it can be "
             "given away; the names "
             "of the machine and of guests that own PCI devices are in it."},
    {.name = "cpuid",
     .args = "VERB …",
     .run = xd_cmd_cpuid,
     .options = cpuid_options,
     .title = "CPU features and models: who has what, why not, levelling, verdicts",
     .help =
         "explain FEATURE… says what features are, who can see them and what they need. models "
         "[MODEL…] lists the named processors, or tells all of one; where libvirt is installed, "
         "the "
         "models that it alone has are known, too (--cpu-map names another such folder), and "
         "--qemu-help adds the names that a QEMU uses. show [SOURCE…] prints the "
         "features of this machine or of others; diff SOURCE… only those that differ. level "
         "SOURCE… finds what guests may see that shall run on each of the hosts, and says it for "
         "xl.cfg. check SOURCE --on SOURCE says whether a guest can run on a host, and what would "
         "help: status 0 is yes, 2 no, 4 unsure. matrix [SOURCE…] sets side by side what the "
         "hardware, Xen, guests at most and by default, and each domain have, of the host (without "
         "a "
         "SOURCE, or for \"host\") and of files of other hosts, captures among them; why FEATURE "
         "[COLUMN…] says for each column (raw, host, pv-max, hvm-max, pv-def, hvm-def, a domain) "
         "why "
         "the feature is on or off there, and what would bring it. translate SPEC --to FORMAT says "
         "a spec in the "
         "words of xl.cfg (xl, or xend's syntax), libvirt, QEMU, as hex or as leaves; with --into "
         "CONFIG it takes the place of cpuid= in that file, and the file as it was is kept as "
         "CONFIG.before; what those can't say is listed, and text that begins with a dash stands "
         "behind --. try CONFIG "
         "makes a paused domain of an xl config file, under another name, with little memory and "
         "without its devices, says what policy Xen gave it, and destroys it: one step, "
         "journalled. "
         "A "
         "running domain's policy can't be changed: it is what its configuration said when it "
         "started. A SOURCE is "
         "\"host\", a domain's name or number, or raw, pv-max, hvm-max, pv-default, hvm-default "
         "(of this Xen host or of --host; as a host counts what its guests can have at most; "
         "without Xen \"host\" is this machine by the CPUID instruction), a "
         "file (a capture, what cpuid -r, xen-cpuid or xen-cpuid -p print, a domain "
         "that xl saved, or featuresets in hex, a line each), FILE:LABEL for one set of several "
         "(\"HVM Max\", \"Domain 3\", of a capture a domain's name), - for standard "
         "input, a featureset in hex, or a SPEC: a model, host or none, and changes, such as "
         "SandyBridge,+pdpe1gb,-avx or host,-avx512*. Features may be called as Xen, Linux, QEMU "
         "or libvirt call them. Files and names need no Xen."},
    {.name = "policy",
     .args = "VERB …",
     .run = xd_cmd_policy,
     .options = policy_options,
     .title = "Scheduling policies over time: check, simulate, run, explain, show",
     .help =
         "A policy is a YAML file of rules: budgets of CPU time per window, calendars, conditions, "
         "floors and ceilings of weight, cap, RTDS budget and memory. reference prints the "
         "language, show [NAME] the policies that come with xendeck; a FILE may be one of their "
         "names. check FILE… says what is wrong with line and column, and warns of rules that can "
         "never be in force or fight each other. simulate FILE --from LOAD tells what would have "
         "happened to each domain: CPU time wanted, used and denied, time with a cap and time that "
         "was felt. LOAD is a capture or CSV with the columns time (seconds), name and cpu "
         "(percent of one pCPU from then on) or cpu_ns (a counter); also uuid, pool, id, vcpus, "
         "weight, cap, mem_target_kib. What a cap denies is lost there, not made up for later; "
         "what is not played is named in lines below the drawing. "
         "run FILE carries a policy out until it is stopped: the daemon, as "
         "xendeck-policy.service starts it. Each --interval it looks at the host's own counters, "
         "keeps the balances in --state, so that a process that was killed is followed by one that "
         "goes on, and moves knobs as any edit, journalled with the rule. SIGTERM does what "
         "on_exit "
         "says; SIGHUP, or reload, reads FILE again, and a wrong one is refused. A dead daemon "
         "leaves the knobs as they are, and the next one charges what was used meanwhile: nobody "
         "gets more than that and a tick. status, explain DOMAIN (of limits of watts and degrees: "
         "host), pause [DOMAIN] [--restore], resume [DOMAIN] and budget RULE ask the daemon over "
         "its socket, which root and the group adm may read and root may change. With --policy "
         "FILE explain tries that policy on --host, or at "
         "the end of --from."},
    {.name = "doctor",
     .run = xd_cmd_doctor,
     .options = doctor_options,
     .title = "What this host can and can't do, why, and what to do about it"},
    {.name = "help",
     .args = "[COMMAND]",
     .run = cmd_help,
     .title = "Help on xendeck or on a command"},
    {.name = "man", .run = cmd_man, .title = "Print the manual page (for man -l -)"},
    {.name = "completion", .run = cmd_completion, .title = "Print the completion script for bash"},
    {0},
};
