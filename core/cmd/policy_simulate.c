/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck policy simulate`: what would have happened, as a table, a drawing, or JSON. */
#include "cmd/policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define DAYS_MOST 3660
#define WIDTH     48 /* characters of a drawing */

struct run {
    const char *file;
    struct xd_policy *p;
    struct xd_sim *sim;
};

static double seconds(int64_t ns)
{
    return (double)ns / 1e9;
}

static void run_done(struct run *r)
{
    xd_sim_free(r->sim);
    xd_policy_free(r->p);
}

static void print_act(void *arg, int64_t wall_ns, const struct xd_engine_act *act)
{
    struct xd_arena a = XD_ARENA_INIT;
    char iso[21];

    fprintf(arg, "%s  %s %s %s → %s: %s%s\n", xd_clock_iso(wall_ns, iso), act->domain->name,
            xd_policy_knob(act->knob)->name, xd_policy_amount_text(act->knob, act->from, &a),
            xd_policy_amount_text(act->knob, act->to, &a), act->rule ? "rule " : "no rule any more",
            act->rule ? act->rule->name : "");
    xd_arena_done(&a);
}

static int run_policy(struct policy *c, const char *from, uint64_t days, struct run *r,
                      struct xd_err *err)
{
    struct policy_source *s = NULL;
    int status = XD_EXIT_USAGE;

    if (policy_load(c, r->file, &r->p, err) < 0)
        goto out;
    status = XD_EXIT_NO_SOURCE;
    if (policy_source_open(from, &s, err) < 0)
        goto out;
    r->sim = xd_sim_new(r->p);
    if (xd_cli_option(c->cli, "acts") && c->format == XD_FORMAT_TABLE)
        xd_sim_on_act(r->sim, print_act, c->cli->out);
    if (policy_source_play(s, r->sim, days, err) < 0)
        goto out;
    if (policy_source_damage(s))
        fprintf(c->cli->err, "xendeck: %s\n", policy_source_damage(s));
    status = XD_EXIT_DONE;
out:
    policy_source_close(s);
    return status;
}

/* --- text --- */

static const char *time_text(int64_t ns, char out[24])
{
    return ns > 0 ? xd_fmt_ns((uint64_t)ns, out, 24) : "-";
}

/* The columns line up whatever the names are made of. */
static void print_name(FILE *out, const char *name, int width)
{
    size_t fit = xd_str_fit(name, width);

    fprintf(out, "%.*s", (int)fit, name);
    for (int i = xd_str_width(name); i < width; i++)
        fputc(' ', out);
}

static void print_table(FILE *out, const struct run *r)
{
    char t[5][24];

    fprintf(out, "%-16s %7s %7s %7s %7s %7s %6s %7s %6s\n", "NAME", "WANTED", "USED", "DENIED",
            "CAPPED", "HURT", "HURT%", "LONGEST", "MOVES");
    for (size_t i = 0; i < xd_sim_domains(r->sim); i++) {
        const struct xd_sim_domain *d = xd_sim_domain(r->sim, i);

        print_name(out, d->name, 16);
        fprintf(out, " %7s %7s %7s %7s %7s %6.1f %7s %6llu\n", time_text(d->wanted_ns, t[0]),
                time_text(d->used_ns, t[1]), time_text(d->denied_ns, t[2]),
                time_text(d->limited_ns, t[3]), time_text(d->throttled_ns, t[4]),
                xd_sim_length(r->sim)
                    ? 100 * seconds(d->throttled_ns) / seconds(xd_sim_length(r->sim))
                    : 0,
                time_text(d->longest_ns, (char[24]){0}), (unsigned long long)d->moves);
    }
}

static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

static void draw_domain(FILE *out, const struct run *r, const struct xd_sim_domain *d, size_t n,
                        size_t per, bool ascii)
{
    print_name(out, d->name, 16);
    fputc(' ', out);
    for (size_t i = 0; i < n; i += per) {
        int permille = -1;
        uint64_t samples = 0, spent = 0, limited = 0;

        for (size_t k = i; k < i + per && k < n; k++) {
            if (permille < 0 || (d->bins[k].permille >= 0 && d->bins[k].permille < permille))
                permille = d->bins[k].permille;
            samples += d->bins[k].n;
            spent += d->bins[k].spent;
            limited += d->bins[k].limited;
        }
        if (samples && 2 * (permille < 0 ? limited : spent) >= samples)
            fputc('x', out);
        else if (permille < 0)
            fputc('.', out);
        else if (ascii)
            fputc('0' + (permille >= 1000 ? 9 : permille / 100), out);
        else
            fputs(blocks[permille >= 1000 ? 7 : permille * 8 / 1000], out);
    }
    fprintf(out, " %s\n", d->rule >= 0 ? r->p->rules[d->rule].name : "");
}

static void draw(struct policy *c, const struct run *r)
{
    const char *glyphs = xd_cli_option(c->cli, "glyphs");
    bool ascii = xd_cli_option(c->cli, "ascii") || (glyphs && strcmp(glyphs, "ascii") == 0);
    int64_t bin_ns;
    size_t n = xd_sim_bins(r->sim, &bin_ns), per = (n + WIDTH - 1) / WIDTH;
    char text[24];

    fprintf(c->cli->out, "\nBudget left, %s a character; x mostly used up or capped, . no budget\n",
            xd_fmt_ns((uint64_t)bin_ns * per, text, sizeof(text)));
    for (size_t i = 0; i < xd_sim_domains(r->sim); i++)
        draw_domain(c->cli->out, r, xd_sim_domain(r->sim, i), n, per, ascii);
}

static void print_unplayed(FILE *out, const struct run *r)
{
    struct xd_buf lines = XD_BUF_INIT;

    xd_sim_unplayed(r->sim, &lines);
    fputs(xd_buf_str(&lines), out);
    xd_buf_done(&lines);
}

static void print_text(struct policy *c, const char *from, const struct run *r)
{
    char iso[21], length[24];

    fprintf(c->cli->out, "policy %s on %s: %s from %s, %llu samples\n\n", r->p->name, from,
            xd_fmt_ns((uint64_t)xd_sim_length(r->sim), length, sizeof(length)),
            xd_clock_iso(xd_sim_began(r->sim), iso), (unsigned long long)xd_sim_steps(r->sim));
    print_table(c->cli->out, r);
    draw(c, r);
    print_unplayed(c->cli->out, r);
}

static const struct xd_sim_domain *same_domain(const struct run *r, const struct xd_sim_domain *d)
{
    for (size_t i = 0; i < xd_sim_domains(r->sim); i++)
        if (strcmp(xd_sim_domain(r->sim, i)->uuid, d->uuid) == 0)
            return xd_sim_domain(r->sim, i);
    return NULL;
}

/* Signed: how much more the second gives. */
static void print_compare(FILE *out, const struct run *a, const struct run *b)
{
    fprintf(out, "\n%s against %s: what changes\n\n%-16s %12s %12s %8s\n", b->p->name, a->p->name,
            "NAME", "USED", "HURT", "MOVES");
    for (size_t i = 0; i < xd_sim_domains(a->sim); i++) {
        const struct xd_sim_domain *x = xd_sim_domain(a->sim, i), *y = same_domain(b, x);

        if (!y)
            continue;
        print_name(out, x->name, 16);
        fprintf(out, " %+11.1fs %+11.1fs %+8lld\n", seconds(y->used_ns - x->used_ns),
                seconds(y->throttled_ns - x->throttled_ns), (long long)(y->moves - x->moves));
    }
}

/* --- JSON --- */

static void json_unplayed(struct xd_json *j, const struct run *r)
{
    struct xd_buf lines = XD_BUF_INIT;
    char *rest, *line;

    xd_sim_unplayed(r->sim, &lines);
    xd_json_open(j, "not_played", '[');
    for (line = lines.len ? strtok_r(lines.s, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest))
        xd_json_str(j, NULL, line);
    xd_json_close(j, ']');
    xd_buf_done(&lines);
}

static void json_run(struct xd_json *j, const char *key, const struct run *r)
{
    int64_t bin_ns;
    size_t n = xd_sim_bins(r->sim, &bin_ns);
    char iso[21];

    xd_json_open(j, key, '{');
    xd_json_str(j, "policy", r->p->name);
    xd_json_str(j, "file", r->file);
    xd_json_str(j, "began", xd_clock_iso(xd_sim_began(r->sim), iso));
    xd_json_f64(j, "length_s", seconds(xd_sim_length(r->sim)));
    xd_json_u64(j, "samples", xd_sim_steps(r->sim));
    xd_json_f64(j, "bin_s", seconds(bin_ns));
    xd_json_open(j, "domains", '[');
    for (size_t i = 0; i < xd_sim_domains(r->sim); i++) {
        const struct xd_sim_domain *d = xd_sim_domain(r->sim, i);

        xd_json_open(j, NULL, '{');
        xd_json_str(j, "uuid", d->uuid);
        xd_json_str(j, "name", d->name);
        xd_json_f64(j, "wanted_s", seconds(d->wanted_ns));
        xd_json_f64(j, "used_s", seconds(d->used_ns));
        xd_json_f64(j, "denied_s", seconds(d->denied_ns));
        xd_json_f64(j, "capped_s", seconds(d->limited_ns));
        xd_json_f64(j, "hurt_s", seconds(d->throttled_ns));
        xd_json_f64(j, "longest_s", seconds(d->longest_ns));
        xd_json_u64(j, "moves", d->moves);
        xd_json_str(j, "budget", d->rule >= 0 ? r->p->rules[d->rule].name : NULL);
        xd_json_open(j, "left_permille", '[');
        for (size_t k = 0; d->rule >= 0 && k < n && k < XD_SIM_BINS; k++)
            d->bins[k].permille < 0 ? xd_json_null(j, NULL)
                                    : xd_json_i64(j, NULL, d->bins[k].permille);
        xd_json_close(j, ']');
        xd_json_close(j, '}');
    }
    xd_json_close(j, ']');
    json_unplayed(j, r);
    xd_json_close(j, '}');
}

static void print_json(struct policy *c, const char *from, const struct run *a, const struct run *b)
{
    struct xd_buf out = XD_BUF_INIT;
    struct xd_json j;

    xd_json_init(&j, &out, true);
    xd_json_open(&j, NULL, '{');
    xd_json_i64(&j, "schema", 1);
    xd_json_str(&j, "from", from);
    json_run(&j, "simulation", a);
    if (b->sim)
        json_run(&j, "compare", b);
    xd_json_close(&j, '}');
    fprintf(c->cli->out, "%s\n", xd_buf_str(&out));
    xd_buf_done(&out);
}

int policy_cmd_simulate(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct policy *c = ctx;
    const char *from = xd_cli_option(c->cli, "from");
    struct run a = {.file = argc > 1 ? argv[1] : NULL};
    struct run b = {.file = xd_cli_option(c->cli, "compare")};
    uint64_t days;
    int status = XD_EXIT_USAGE;

    if (argc != 2 || !from) {
        xd_err_set(err, -EINVAL,
                   "one policy and recorded load: xendeck policy simulate FILE --from "
                   "CAPTURE or trace.csv");
        return XD_EXIT_USAGE;
    }
    if (xd_cli_count(c->cli, "days", 0, &days, err) < 0)
        return XD_EXIT_USAGE;
    if (days > DAYS_MOST) {
        xd_err_set(err, -ERANGE, "--days: at most %d", DAYS_MOST);
        return XD_EXIT_USAGE;
    }
    status = run_policy(c, from, days, &a, err);
    if (status == XD_EXIT_DONE && b.file)
        status = run_policy(c, from, days, &b, err);
    if (status == XD_EXIT_DONE && c->format == XD_FORMAT_JSON) {
        print_json(c, from, &a, &b);
    } else if (status == XD_EXIT_DONE) {
        print_text(c, from, &a);
        if (b.sim) {
            fputc('\n', c->cli->out);
            print_text(c, from, &b);
            print_compare(c->cli->out, &a, &b);
        }
    }
    run_done(&a);
    run_done(&b);
    return status;
}
