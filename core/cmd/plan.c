/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans on the command line: shown, asked about, applied, and what came of them. */
#include "cmd/cli.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/json.h"

#define STEP_POLL_MS 100 /* read-backs that are repeated wait for no message */

static void show_preview(struct xd_cli *cli, const struct xd_step *s)
{
    const char *text = s->preview ? s->preview : "";

    if (s->preview_bad) {
        fprintf(cli->out, "     would be refused: %s\n", text);
        return;
    }
    while (*text) {
        size_t len = strcspn(text, "\n");

        fprintf(cli->out, "     | %.*s\n", (int)len, text);
        text += len + (text[len] == '\n');
    }
}

static void show_plan(struct xd_cli *cli, const struct xd_plan *p)
{
    fprintf(cli->out, "Plan: %s (risk: %s)\n", p->title, xd_risk_name(p->risk));
    for (size_t i = 0; i < p->n; i++) {
        const struct xd_step *s = &p->steps[i];

        fprintf(cli->out, "  %zu. %s\n", i + 1, s->text);
        show_preview(cli, s);
        if (s->xl)
            fprintf(cli->out, "     as: %s\n", s->xl);
        fprintf(cli->out, "     undo: %s\n", s->inverse ? s->inverse : "can't be undone");
    }
}

static void show_outcome(struct xd_cli *cli, const struct xd_plan *p)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct xd_step *s = &p->steps[i];

        fprintf(cli->out, "  %zu. %s: %s%s%s\n", i + 1, s->text, xd_outcome_name(s->outcome),
                s->detail ? ": " : "", s->detail ? s->detail : "");
    }
    fprintf(cli->out, "%s%s%s", xd_outcome_name(p->outcome), p->detail ? ": " : "",
            p->detail ? p->detail : "");
    if (p->id)
        fprintf(cli->out, " (journal %llu)", (unsigned long long)p->id);
    fputc('\n', cli->out);
}

static void print_json(struct xd_cli *cli, const struct xd_plan *p, bool dry_run)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_json j;

    xd_json_init(&j, &b, true);
    xd_json_open(&j, NULL, '{');
    xd_json_u64(&j, "schema", 1);
    xd_json_str(&j, "title", p->title);
    xd_json_str(&j, "risk", xd_risk_name(p->risk));
    xd_json_bool(&j, "dry_run", dry_run);
    xd_json_str(&j, "outcome", xd_outcome_name(p->outcome));
    xd_json_str(&j, "detail", p->detail);
    if (p->id)
        xd_json_u64(&j, "journal", p->id);
    xd_json_open(&j, "steps", '[');
    for (size_t i = 0; i < p->n; i++) {
        const struct xd_step *s = &p->steps[i];

        xd_json_open(&j, NULL, '{');
        xd_json_str(&j, "text", s->text);
        xd_json_str(&j, "object", s->object.label);
        xd_json_str(&j, "key", s->object.key);
        xd_json_str(&j, "xl", s->xl);
        xd_json_str(&j, "undo", s->inverse);
        xd_json_str(&j, "preview", s->preview);
        xd_json_str(&j, "outcome", xd_outcome_name(s->outcome));
        xd_json_str(&j, "detail", s->detail);
        xd_json_close(&j, '}');
    }
    xd_json_close(&j, ']');
    xd_json_close(&j, '}');
    fprintf(cli->out, "%s\n", xd_buf_str(&b));
    xd_buf_done(&b);
}

/* Waits for the session to have something to say. True: Ctrl-C or the like came instead. */
static bool interrupted(struct xd_cli *cli, struct xd_session *s)
{
    struct signalfd_siginfo info;
    struct pollfd fds[] = {
        {.fd = xd_session_fd(s), .events = POLLIN},
        {.fd = cli->signals, .events = POLLIN},
    };

    poll(fds, 2, STEP_POLL_MS);
    return fds[1].revents && read(cli->signals, &info, sizeof(info)) == sizeof(info);
}

/* Asks the host what would come of the plan. NULL, or why it is not to be carried out. */
static const char *ask_preview(struct xd_cli *cli, struct xd_session *s, struct xd_plan *p)
{
    xd_session_ask_preview(s, p);
    for (;;) {
        xd_session_dispatch(s);
        xd_session_take_preview(s, p);
        if (!p->awaited)
            break;
        if (interrupted(cli, s))
            return "nothing was done: stopped while the host was asked what would come of it";
    }
    for (size_t i = 0; i < p->n; i++)
        if (p->steps[i].preview_bad)
            return "nothing was done: it would be refused";
    return NULL;
}

/* Waits for the plan's end. Ctrl-C asks it to stop: the step under way ends, the done ones are
 * taken back, and the journal says how it ended. */
static enum xd_outcome wait_plan(struct xd_cli *cli, struct xd_session *s)
{
    while (xd_session_busy(s)) {
        if (interrupted(cli, s)) {
            fprintf(cli->err, "xendeck: stopping once the step under way has ended\n");
            xd_session_cancel(s);
        }
        xd_session_dispatch(s);
    }
    return xd_session_plan(s)->outcome;
}

/* The confirmation ladder: y/N for what can be undone or is merely felt, the object's name for what
 * is lost for good. */
static bool answered(struct xd_cli *cli, const struct xd_plan *p)
{
    char line[512], word[XD_KEY_MAX];

    if (p->risk == XD_RISK_DESTRUCTIVE) {
        fprintf(cli->err, "This can't be taken back. Type %s to go on: ", xd_plan_word(p, word));
        if (!fgets(line, sizeof(line), stdin))
            return false;
        line[strcspn(line, "\n")] = '\0';
        return strcmp(line, word) == 0;
    }
    fprintf(cli->err, "Apply? [y/N] ");
    return fgets(line, sizeof(line), stdin) && (line[0] == 'y' || line[0] == 'Y');
}

/* While the question stands, Ctrl-C ends the program at once: nothing was begun. */
static bool confirmed(struct xd_cli *cli, const struct xd_plan *p)
{
    sigset_t taken;

    pthread_sigmask(SIG_SETMASK, &cli->mask_before, &taken);
    bool yes = answered(cli, p);
    pthread_sigmask(SIG_SETMASK, &taken, NULL);
    return yes;
}

int xd_cli_run_plan(struct xd_cli *cli, struct xd_session *s, struct xd_plan *plan)
{
    struct xd_err err = XD_ERR_INIT;
    bool dry_run = xd_cli_option(cli, "dry-run") != NULL;
    enum xd_format format;

    if (xd_cli_format(cli, &format, &err) == 0 && format == XD_FORMAT_CSV)
        xd_err_set(&err, -1, "--output: a plan is a table or json");
    if (err.code) {
        xd_plan_free(plan);
        return xd_cli_fail(cli, XD_EXIT_USAGE, &err);
    }
    bool json = format == XD_FORMAT_JSON, ask = !dry_run && !xd_cli_option(cli, "yes");
    const char *against = ask_preview(cli, s, plan);

    if (!json || (ask && cli->tty && !against))
        show_plan(cli, plan);
    if (against)
        xd_err_set(&err, -1, "%s", against);
    else if (ask && !cli->tty)
        xd_err_set(&err, -1, "nothing was done: without a terminal to ask on, --yes is needed");
    else if (ask && !confirmed(cli, plan))
        xd_err_set(&err, -1, "nothing was done");
    if (err.code || dry_run) {
        if (json)
            print_json(cli, plan, dry_run);
        xd_plan_free(plan);
        return err.code ? xd_cli_fail(cli, XD_EXIT_REFUSED, &err) : XD_EXIT_DONE;
    }
    if (xd_session_apply(s, plan, &err) < 0) {
        xd_plan_free(plan);
        return xd_cli_fail(cli, XD_EXIT_REFUSED, &err);
    }
    cli->edited = true;
    enum xd_outcome outcome = wait_plan(cli, s);
    const struct xd_plan *done = xd_session_plan(s);
    if (json)
        print_json(cli, done, false);
    else
        show_outcome(cli, done);
    return xd_outcome_exit(outcome);
}
