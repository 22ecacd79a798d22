/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ptydrive: drives a full-screen program by a script of steps, one a line, and fails at the first
 * that does not hold, with the screen as it is. Made to be carried into a dom0: it needs nothing
 * but the C library there.
 *
 *   ptydrive [-t TERM] [-g 80x24] [-e NAME=VALUE]... [-e NAME]... [-f SCRIPT] [-r FILE] --
 *            COMMAND [ARG]...
 *
 * -r writes all bytes that the program sent to FILE.
 * Steps (text goes to the end of the line; put it in "…" to keep blanks at its ends):
 *   key F5 C-l Enter     keys by name       wait TEXT      until the screen shows it
 *   type TEXT            as it stands       gone TEXT      until it shows it no more
 *   timeout 5s           for what follows   expect TEXT    it shows it now
 *   sleep 200ms                             absent TEXT    it doesn't
 *   resize 120x40                           quiet 300ms    until nothing has come for so long
 *   signal TERM                             restored       terminal modes and first screen are back
 *   dump                 print the screen   exit 0 | exit TERM    it ends, so
 *   echo TEXT            print that         hangup         the terminal goes away
 *   # …                  a comment
 * Exit status: 0 all held; 1 one did not; 2 the script or the command line is wrong. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pty.h"

#define MAX_ENV 32

enum result { HELD, FAILED, WRONG };

struct drive {
    struct xd_pty *pty;
    int timeout_ms;
};

static const struct {
    const char *name;
    int number;
} signals[] = {
    {"TERM", SIGTERM}, {"HUP", SIGHUP},   {"INT", SIGINT},     {"QUIT", SIGQUIT}, {"KILL", SIGKILL},
    {"SEGV", SIGSEGV}, {"ABRT", SIGABRT}, {"STOP", SIGSTOP},   {"TSTP", SIGTSTP}, {"CONT", SIGCONT},
    {"BUS", SIGBUS},   {"USR1", SIGUSR1}, {"WINCH", SIGWINCH},
};

static int signal_number(const char *name)
{
    if (strncasecmp(name, "SIG", 3) == 0)
        name += 3;
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        if (strcasecmp(name, signals[i].name) == 0)
            return signals[i].number;
    return 0;
}

/* "200ms" "5s" "5" (seconds); -1: none of that. */
static int milliseconds(const char *text)
{
    char *end;
    double v = strtod(text, &end);

    if (end == text || v < 0 || v > 86400)
        return -1;
    if (strcmp(end, "ms") == 0)
        return (int)v;
    return strcmp(end, "s") == 0 || !*end ? (int)(v * 1000) : -1;
}

static bool size_of(const char *text, int *w, int *h)
{
    char end;

    return sscanf(text, "%dx%d%c", w, h, &end) == 2 && *w > 0 && *h > 0 && *w < 1000 && *h < 1000;
}

/* --- steps --- */

static enum result held(bool yes)
{
    return yes ? HELD : FAILED;
}

static enum result step_key(struct drive *d, char *arg)
{
    for (char *save, *name = strtok_r(arg, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
        if (!xd_pty_key(d->pty, name))
            return WRONG;
        xd_pty_pump(d->pty, 20); /* as a person would: Esc and a letter are two keys */
        xd_pty_pump(d->pty, strcasecmp(name, "Esc") == 0 ? 60 : 0);
    }
    return HELD;
}

static enum result step_type(struct drive *d, char *arg)
{
    xd_pty_type(d->pty, arg);
    return HELD;
}

static enum result step_wait(struct drive *d, char *arg)
{
    return held(xd_pty_wait(d->pty, arg, d->timeout_ms));
}

static enum result step_gone(struct drive *d, char *arg)
{
    return held(xd_pty_wait_gone(d->pty, arg, d->timeout_ms));
}

static enum result step_expect(struct drive *d, char *arg)
{
    xd_pty_pump(d->pty, 0);
    return held(xd_pty_shows(d->pty, arg));
}

static enum result step_absent(struct drive *d, char *arg)
{
    xd_pty_pump(d->pty, 0);
    return held(!xd_pty_shows(d->pty, arg));
}

static enum result step_timeout(struct drive *d, char *arg)
{
    d->timeout_ms = milliseconds(arg);
    return d->timeout_ms < 0 ? WRONG : HELD;
}

static enum result step_sleep(struct drive *d, char *arg)
{
    int ms = milliseconds(arg);

    if (ms < 0)
        return WRONG;
    xd_pty_pump(d->pty, ms);
    return HELD;
}

static enum result step_quiet(struct drive *d, char *arg)
{
    int ms = milliseconds(arg);

    return ms < 0 ? WRONG : held(xd_pty_wait_quiet(d->pty, ms, d->timeout_ms));
}

static enum result step_resize(struct drive *d, char *arg)
{
    int w, h;

    if (!size_of(arg, &w, &h))
        return WRONG;
    xd_pty_resize(d->pty, w, h);
    return HELD;
}

static enum result step_signal(struct drive *d, char *arg)
{
    int sig = signal_number(arg);

    if (!sig)
        return WRONG;
    xd_pty_signal(d->pty, sig);
    return HELD;
}

static enum result step_hangup(struct drive *d, char *arg)
{
    xd_pty_hangup(d->pty);
    return HELD;
}

static enum result step_dump(struct drive *d, char *arg)
{
    struct xd_buf b = XD_BUF_INIT;

    xd_pty_pump(d->pty, 0);
    xd_pty_screen(d->pty, &b);
    fputs(xd_buf_str(&b), stdout);
    fflush(stdout);
    xd_buf_done(&b);
    return HELD;
}

static enum result step_echo(struct drive *d, char *arg)
{
    puts(arg);
    return HELD;
}

static enum result step_restored(struct drive *d, char *arg)
{
    xd_pty_pump(d->pty, 0);
    return held(xd_pty_modes_restored(d->pty) && !xd_pty_second_screen(d->pty) &&
                xd_pty_cursor_shown(d->pty));
}

static enum result step_exit(struct drive *d, char *arg)
{
    int sig = signal_number(arg), status;

    if (!sig && !isdigit((unsigned char)arg[0]))
        return WRONG;
    status = xd_pty_wait_exit(d->pty, d->timeout_ms);
    if (status == -1)
        puts("it did not end");
    else if (WIFSIGNALED(status))
        printf("it ended by signal %d\n", WTERMSIG(status));
    else
        printf("it ended with status %d\n", WEXITSTATUS(status));
    if (status == -1)
        return FAILED;
    if (sig)
        return held(WIFSIGNALED(status) && WTERMSIG(status) == sig);
    return held(WIFEXITED(status) && WEXITSTATUS(status) == atoi(arg));
}

static const struct step {
    const char *name;
    enum result (*run)(struct drive *d, char *arg);
} steps[] = {
    {"key", step_key},       {"type", step_type},       {"wait", step_wait},
    {"gone", step_gone},     {"expect", step_expect},   {"absent", step_absent},
    {"sleep", step_sleep},   {"timeout", step_timeout}, {"quiet", step_quiet},
    {"resize", step_resize}, {"signal", step_signal},   {"dump", step_dump},
    {"echo", step_echo},     {"hangup", step_hangup},   {"restored", step_restored},
    {"exit", step_exit},
};

/* --- the script --- */

static char *trim(char *s)
{
    size_t n;

    while (isspace((unsigned char)*s))
        s++;
    n = strlen(s);
    while (n && isspace((unsigned char)s[n - 1]))
        s[--n] = '\0';
    return s;
}

static enum result run_line(struct drive *d, char *line)
{
    char *word = trim(line), *arg = word + strcspn(word, " \t");
    size_t n;

    if (!word[0] || word[0] == '#')
        return HELD;
    if (*arg)
        *arg++ = '\0';
    arg = trim(arg);
    n = strlen(arg);
    if (n >= 2 && arg[0] == '"' && arg[n - 1] == '"') {
        arg[n - 1] = '\0';
        arg++;
    }
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        if (strcmp(word, steps[i].name) == 0)
            return steps[i].run(d, arg);
    return WRONG;
}

static int run_script(struct drive *d, FILE *f, const char *name)
{
    char line[1024], copy[1024];
    enum result r = HELD;
    int number = 0;

    while (r == HELD && fgets(line, sizeof(line), f)) {
        snprintf(copy, sizeof(copy), "%s", line);
        number++;
        r = run_line(d, line);
    }
    if (r == HELD)
        return 0;
    fprintf(stderr, "%s:%d: %s: %s\n", name, number, r == WRONG ? "no such step" : "did not hold",
            trim(copy));
    if (r == FAILED) {
        fputs("--- the screen ---\n", stdout);
        step_dump(d, NULL);
        fputs("---\n", stdout);
    }
    return r == WRONG ? 2 : 1;
}

static int usage(void)
{
    fputs(
        "usage: ptydrive [-t TERM] [-g 80x24] [-e NAME=VALUE]... [-f SCRIPT] -- COMMAND [ARG]...\n",
        stderr);
    return 2;
}

static void record(const struct xd_pty *p, const char *file)
{
    FILE *f = file ? fopen(file, "w") : NULL;

    if (!f)
        return;
    fwrite(xd_buf_str(xd_pty_log(p)), 1, xd_pty_log(p)->len, f);
    fclose(f);
}

int main(int argc, char **argv)
{
    const char *env[MAX_ENV + 1] = {NULL}, *script = NULL, *raw = NULL;
    struct xd_pty_config c = {.term = "xterm-256color", .w = 80, .h = 24, .env = env};
    struct drive d = {.timeout_ms = 10000};
    struct xd_err err = XD_ERR_INIT;
    FILE *f = stdin;
    int opt, n = 0, status;

    while ((opt = getopt(argc, argv, "+t:g:e:f:r:")) != -1) {
        if (opt == 't')
            c.term = optarg;
        else if (opt == 'e' && n < MAX_ENV)
            env[n++] = optarg;
        else if (opt == 'f')
            script = optarg;
        else if (opt == 'r')
            raw = optarg;
        else if (opt != 'g' || !size_of(optarg, &c.w, &c.h))
            return usage();
    }
    if (optind >= argc)
        return usage();
    c.argv = (const char *const *)argv + optind;
    if (script && !(f = fopen(script, "r"))) {
        fprintf(stderr, "ptydrive: %s: %s\n", script, strerror(errno));
        return 2;
    }
    if (xd_pty_start(&c, &d.pty, &err)) {
        fprintf(stderr, "ptydrive: %s\n", err.text);
        return 2;
    }
    status = run_script(&d, f, script ? script : "script");
    record(d.pty, raw);
    xd_pty_free(d.pty);
    if (script)
        fclose(f);
    return status;
}
