/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck policy status | pause | resume | budget | reload`: asking the daemon. */
#include "cmd/policy.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/json_c.h"
#include "budgets/store.h"
#include "policies/wire.h"

#define PATIENCE_NS (10 * XD_NS_PER_S)

char *policy_socket(struct xd_cli *cli, const char *host, const char *state, char *out, size_t size)
{
    const char *given = xd_cli_option(cli, "socket");

    if (given)
        snprintf(out, size, "%s", given);
    else if (strcmp(host, "live") == 0)
        snprintf(out, size, "%s", XD_WIRE_LIVE);
    else
        snprintf(out, size, "%s/socket", state);
    return out;
}

int policy_ask(struct policy *c, const struct xd_wire_ask *ask, struct xd_buf *out,
               struct xd_err *err)
{
    const char *host = xd_cli_option(c->cli, "host"), *given = xd_cli_option(c->cli, "state");
    char state[4096], path[4200];

    if (!host)
        host = "live";
    if (given)
        snprintf(state, sizeof(state), "%s", given);
    else
        xd_ledger_store_default(host, state, sizeof(state));
    return xd_wire_ask_daemon(policy_socket(c->cli, host, state, path, sizeof(path)), ask,
                              PATIENCE_NS, out, err);
}

/* Of the codes that the daemon or the socket gives. */
static int status_of(int rc)
{
    switch (rc) {
    case -ENODEV:
    case -ETIMEDOUT:
    case -ECONNRESET:
        return XD_EXIT_NO_SOURCE;
    case -ENOENT:
    case -EINVAL:
    case -ERANGE:
        return XD_EXIT_USAGE;
    default:
        return XD_EXIT_REFUSED;
    }
}

/* --- status --- */

static void safe_text(struct json_object *o, const char *key, char *out, size_t size)
{
    const char *s = xd_json_text(o, key);

    xd_str_safe_to(out, size, s ? s : "");
}

static void print_paused(FILE *out, struct json_object *o)
{
    struct json_object *list = xd_json_member(o, "paused_domains");
    char how[32];

    safe_text(o, "paused", how, sizeof(how));
    if (how[0])
        fprintf(out, "paused:   all of it; knobs %s\n",
                strcmp(how, "hold") == 0 ? "stay as they are" : "are as they were before");
    for (size_t i = 0;
         json_object_is_type(list, json_type_array) && i < json_object_array_length(list); i++) {
        char name[192];
        const char *s = json_object_get_string(json_object_array_get_idx(list, i));

        xd_str_safe_to(name, sizeof(name), s ? s : "?");
        fprintf(out, "%s%s", i ? ", " : "paused:   ", name);
        if (i + 1 == json_object_array_length(list))
            fputc('\n', out);
    }
}

static void print_status(struct policy *c, struct json_object *o)
{
    char policy[192], file[512], on_exit[32], trouble[400], when[20];
    FILE *out = c->cli->out;

    safe_text(o, "policy", policy, sizeof(policy));
    safe_text(o, "file", file, sizeof(file));
    safe_text(o, "on_exit", on_exit, sizeof(on_exit));
    safe_text(o, "trouble", trouble, sizeof(trouble));
    fprintf(out, "policy:   %s (%s), %lld rules, on_exit: %s\n", policy, file,
            (long long)json_object_get_int64(xd_json_member(o, "rules")), on_exit);
    print_paused(out, o);
    fprintf(out, "domains:  %lld\n",
            (long long)json_object_get_int64(xd_json_member(o, "domains")));
    fprintf(out, "since:    %s\n",
            xd_clock_local(json_object_get_int64(xd_json_member(o, "began_ns")), when));
    fprintf(out, "ticks:    %lld, the last at %s\n",
            (long long)json_object_get_int64(xd_json_member(o, "ticks")),
            xd_clock_local(json_object_get_int64(xd_json_member(o, "tick_ns")), when));
    fprintf(out, "knobs:    %lld moved, %lld attempts failed, %lld still to be moved\n",
            (long long)json_object_get_int64(xd_json_member(o, "done")),
            (long long)json_object_get_int64(xd_json_member(o, "failed")),
            (long long)json_object_get_int64(xd_json_member(o, "waiting")));
    if (trouble[0])
        fprintf(out, "trouble:  %s\n", trouble);
}

int policy_cmd_status(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct policy *c = ctx;
    struct xd_wire_ask ask = {.kind = XD_WIRE_STATUS};
    struct json_object *o = NULL;
    struct xd_buf b = XD_BUF_INIT;
    int rc = policy_ask(c, &ask, &b, err);

    if (rc == 0 && c->format == XD_FORMAT_JSON) {
        fputs(b.s, c->cli->out);
    } else if (rc == 0) {
        rc = xd_json_parse("status", b.s, b.len, &o, err);
        if (rc == 0)
            print_status(c, o);
        json_object_put(o);
    }
    xd_buf_done(&b);
    return rc < 0 ? status_of(rc) : XD_EXIT_DONE;
}

/* --- what changes something --- */

static int change(struct policy *c, const struct xd_wire_ask *ask, const char *said,
                  struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;
    int rc = policy_ask(c, ask, &b, err);

    xd_buf_done(&b);
    if (rc < 0)
        return status_of(rc);
    fprintf(c->cli->out, "%s\n", said);
    return XD_EXIT_DONE;
}

static int take_name(char *out, size_t size, const char *name, struct xd_err *err)
{
    if (strlen(name) >= size || !xd_str_is_safe(name))
        return xd_err_set(err, -EINVAL, "\"%.60s\" is no name", name);
    strcpy(out, name);
    return 0;
}

static int pause_or_resume(struct policy *c, struct xd_wire_ask *ask, int argc, char **argv,
                           struct xd_err *err)
{
    char said[320];

    if (argc > 2) {
        xd_err_set(err, -EINVAL, "one domain, or none for all of the policy");
        return XD_EXIT_USAGE;
    }
    if (argc == 2 && take_name(ask->domain, sizeof(ask->domain), argv[1], err) < 0)
        return XD_EXIT_USAGE;
    snprintf(said, sizeof(said), "%s: %s", argc == 2 ? argv[1] : "the policy",
             ask->kind == XD_WIRE_RESUME ? "goes on"
             : ask->restore              ? "paused; knobs are given back"
                                         : "paused; knobs stay as they are");
    return change(c, ask, said, err);
}

int policy_cmd_pause(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct policy *c = ctx;
    struct xd_wire_ask ask = {.kind = XD_WIRE_PAUSE, .cap = -1};

    ask.restore = xd_cli_option(c->cli, "restore") != NULL;
    return pause_or_resume(c, &ask, argc, argv, err);
}

int policy_cmd_resume(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_wire_ask ask = {.kind = XD_WIRE_RESUME, .cap = -1};

    return pause_or_resume(ctx, &ask, argc, argv, err);
}

int policy_cmd_reload(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return change(ctx, &(struct xd_wire_ask){.kind = XD_WIRE_RELOAD}, "the policy was read again",
                  err);
}

int policy_cmd_budget(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct policy *c = ctx;
    struct xd_wire_ask ask = {.kind = XD_WIRE_BUDGET, .cap = -1};
    uint64_t cap;

    if (argc != 2) {
        xd_err_set(err, -EINVAL,
                   "which? xendeck policy budget RULE [--cpu TIME] [--per TIME] [--cap PERCENT]");
        return XD_EXIT_USAGE;
    }
    if (take_name(ask.rule, sizeof(ask.rule), argv[1], err) < 0 ||
        xd_cli_duration(c->cli, "cpu", 0, &ask.cpu_ns, err) < 0 ||
        xd_cli_duration(c->cli, "per", 0, &ask.per_ns, err) < 0 ||
        xd_cli_count(c->cli, "cap", 0, &cap, err) < 0)
        return XD_EXIT_USAGE;
    if (cap)
        ask.cap = cap < INT32_MAX ? (int64_t)cap : INT32_MAX; /* more is as wrong as that */
    if (!ask.cpu_ns && !ask.per_ns && ask.cap < 0) {
        xd_err_set(err, -EINVAL, "nothing of it is to change: give --cpu, --per or --cap");
        return XD_EXIT_USAGE;
    }
    return change(c, &ask, "changed, until the policy is read again", err);
}

/* --- explain, where a daemon keeps balances --- */

int policy_explain_daemon(struct policy *c, const char *domain, struct xd_err *err)
{
    struct xd_wire_ask ask = {.kind = XD_WIRE_EXPLAIN, .cap = -1};
    struct json_object *o = NULL;
    struct xd_buf b = XD_BUF_INIT;
    int rc = take_name(ask.domain, sizeof(ask.domain), domain, err);

    if (rc == 0)
        rc = policy_ask(c, &ask, &b, err);
    if (rc == 0)
        rc = xd_json_parse("explain", b.s, b.len, &o, err);
    if (rc == 0) {
        const char *text = xd_json_text(o, "text");

        for (size_t len; text && *text; text += len + (text[len] == '\n')) {
            char line[1024], safe[1024];

            len = strcspn(text, "\n");
            snprintf(line, sizeof(line), "%.*s", (int)(len < 1000 ? len : 1000), text);
            xd_str_safe_to(safe, sizeof(safe), line);
            fprintf(c->cli->out, "%s\n", safe);
        }
    }
    json_object_put(o);
    xd_buf_done(&b);
    return rc < 0 ? status_of(rc) : XD_EXIT_DONE;
}
