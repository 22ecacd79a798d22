/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of a policy that is carried out, described: see table.h. */
#include "model/tables_kinds.h"
#include "policies/table.h"

static const char *const states[] = {"within", "spent", "waits", "off", "paused", NULL};
static const char *const kinds[] = {"sliding", "fixed", "bucket", NULL};
static const char *const exits[] = {"hold", "restore", NULL};
const char *const xd_budgets_pause_names[] = {"no", "hold", "restore", NULL};

// clang-format off
#define CAP  {.type = XD_U64, .unit = XD_UNIT_PERCENT, .zero = "none"}
#define WALL {.type = XD_I64, .unit = XD_UNIT_WALL_NS}
// clang-format on

static const struct xd_column budget_columns[XD_BUDGETS_N] = {
    [XD_BUDGETS_UUID] = {"uuid", "UUID", "The domain's UUID", STR(36)},
    [XD_BUDGETS_DOMAIN] = {"domain", "DOMAIN", "The domain's name", STR(12),
                           .flags = XD_COL_DEFAULT},
    [XD_BUDGETS_RULE] = {"rule", "RULE", "The rule of the policy", STR(10),
                         .flags = XD_COL_DEFAULT},
    [XD_BUDGETS_STATE] =
        {"state", "STATE",
         "Within its budget; spent; waits to be loosened; off (not its time, or its "
         "condition doesn't hold); paused",
         ENUM(states), .flags = XD_COL_DEFAULT, .width = 6},
    [XD_BUDGETS_CPU_NS] = {"budget_ns", "BUDGET", "CPU time that it may use in each window", NS,
                           .flags = XD_COL_DEFAULT},
    [XD_BUDGETS_PER_NS] = {"window_ns", "WINDOW", "How long a window of the budget is", NS,
                           .flags = XD_COL_DEFAULT},
    [XD_BUDGETS_KIND] = {"kind", "KIND",
                         "Any stretch of time (sliding), one after the other (fixed), or a bucket "
                         "that fills evenly",
                         ENUM(kinds)},
    [XD_BUDGETS_SHARED] = {"shared", "SHARED", "One budget for all domains that the rule matches",
                           BOOL},
    [XD_BUDGETS_USED_NS] = {"used_ns", "USED",
                            "CPU time used in the window; known of sliding windows", NS,
                            .flags = XD_COL_DEFAULT},
    [XD_BUDGETS_LEFT_NS] = {"left_ns", "LEFT", "CPU time that is left", NS,
                            .flags = XD_COL_DEFAULT},
    [XD_BUDGETS_LEFT] = {"left", "LEFT%", "What is left, in percent of the most that can be",
                         PERCENT, .flags = XD_COL_DEFAULT | XD_COL_HISTORY},
    [XD_BUDGETS_RATE] = {"rate", "CPU%", "CPU use between the last two ticks", PERCENT},
    [XD_BUDGETS_LASTS_NS] = {"lasts_ns", "LASTS",
                             "Time until it is used up, if use goes on as it is now", NS,
                             .flags = XD_COL_DEFAULT},
    [XD_BUDGETS_NEXT_AT] = {"next_at", "NEXT AT", "When something changes next", WALL},
    [XD_BUDGETS_NEXT] = {"next", "NEXT", "What changes then", STR(16), .flags = XD_COL_DEFAULT},
    [XD_BUDGETS_THEN_CAP] = {"then_cap", "THEN", "Its cap once the budget is used up", CAP},
    [XD_BUDGETS_CAP] = {"cap", "CAP", "The CPU cap that the policy wants", CAP,
                        .flags = XD_COL_DEFAULT, .width = 5},
    [XD_BUDGETS_CAP_SEEN] = {"cap_seen", "CAP NOW", "The CPU cap that the host shows", CAP},
    [XD_BUDGETS_WANTED] = {"wanted", "WANTED", "The knobs of the domain as the policy wants them",
                           STR(16)},
    [XD_BUDGETS_SEEN] = {"seen", "SEEN", "The same knobs as the host shows them", STR(16)},
    [XD_BUDGETS_PAUSED] =
        {"paused", "PAUSED",
         "Whether the policy leaves its knobs alone (hold), or has given them back "
         "(restore)",
         ENUM(xd_budgets_pause_names)},
    [XD_BUDGETS_OVER] = {"over", "OVER", "The rule that it overrules", STR(10)},
    [XD_BUDGETS_WHY] = {"why", "WHY", "Why it is so, and what happens next", STR(24)},
    [XD_BUDGETS_POLICY] = {"policy", "POLICY", "The policy that the rule is of", STR(10)},
};
const struct xd_table_desc xd_budgets_desc = {
    "budgets",
    "budget",
    "Budgets",
    "What the policy that is carried out gives each domain, what is left of it, and what follows",
    budget_columns,
    XD_BUDGETS_N,
    {XD_BUDGETS_UUID, XD_BUDGETS_RULE},
    {XD_BUDGETS_DOMAIN, XD_BUDGETS_RULE},
    "domains"};

static const struct xd_column policy_columns[XD_POLICIES_N] = {
    [XD_POLICIES_NAME] = {"name", "POLICY", "The policy that is carried out", STR(16),
                          .flags = XD_COL_DEFAULT},
    [XD_POLICIES_TITLE] = {"title", "TITLE", "What it says of itself", STR(24)},
    [XD_POLICIES_PAUSED] = {"paused", "PAUSED",
                            "Whether all of it is paused: knobs left as they are (hold), or given "
                            "back (restore)",
                            ENUM(xd_budgets_pause_names), .flags = XD_COL_DEFAULT},
    [XD_POLICIES_DOMAINS] = {"domains", "DOMAINS", "Domains of the host that it has looked at", U64,
                             .flags = XD_COL_DEFAULT},
    [XD_POLICIES_RULES] = {"rules", "RULES", "How many rules it has", U64, .flags = XD_COL_DEFAULT},
    [XD_POLICIES_ON_EXIT] = {"on_exit", "ON EXIT", "What becomes of the knobs when it ends",
                             ENUM(exits), .flags = XD_COL_DEFAULT},
    [XD_POLICIES_DONE] = {"moved", "MOVED", "Knobs that were moved", U64, .flags = XD_COL_DEFAULT},
    [XD_POLICIES_FAILED] = {"failed", "FAILED", "Attempts to move one that failed", U64,
                            .flags = XD_COL_DEFAULT},
    [XD_POLICIES_TICK_AT] = {"tick_at", "LAST", "When it looked at the host last", WALL},
    [XD_POLICIES_HOLDER] = {"holder", "BY", "Who carries it out: this console, or the daemon",
                            STR(12), .flags = XD_COL_DEFAULT},
    [XD_POLICIES_FILE] = {"file", "FILE", "Where it was read", STR(24)},
    [XD_POLICIES_CHANGED] = {"changed", "CHANGED",
                             "Budgets that were changed since, and what the file says", STR(24)},
    [XD_POLICIES_TROUBLE] = {"trouble", "TROUBLE", "Why something isn't as it should be", STR(24)},
};
const struct xd_table_desc xd_policies_desc = {"policies",
                                               "policy",
                                               "Policy",
                                               "The policy that is carried out on this host",
                                               policy_columns,
                                               XD_POLICIES_N,
                                               {XD_POLICIES_NAME, -1},
                                               {XD_POLICIES_NAME, -1},
                                               NULL};
