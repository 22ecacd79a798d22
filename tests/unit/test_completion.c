/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The completion script in a real bash: what a guest calls itself is never run by the admin's
 * shell, neither while it completes nor with the line that it completed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/str.h"
#include "cmd/cli.h"

/* Tables as `get` lists them, each with its columns; and names as `get domains -c name -o csv`
 * prints them: `ran` in the last two would be a command. */
#define HOST                                                                                       \
    "xendeck() { if [ $# = 1 ]; then\n"                                                            \
    "printf '%s\\n' 'domains    Domains and what they use' '  * name  text  the name' "            \
    "'cpuid_leaves Each leaf'\n"                                                                   \
    "else printf '%s\\r\\n' name Domain-0 web1 '\"a, b\"' 'two words' "                            \
    "'$(echo${IFS}ran>&2)' '`ran`'; fi; }\n"

/* What bash offers for the words of a line; standard error is part of it. */
static void complete(const char *words, int at, struct xd_buf *out)
{
    char name[] = "/tmp/xendeck-completion-XXXXXX", cmd[64], line[256];
    int fd = mkstemp(name);
    FILE *f = fdopen(fd, "w"), *p;

    assert_non_null(f);
    fputs(HOST, f);
    xd_help_completion(f);
    fprintf(f, "COMP_WORDS=(%s)\nCOMP_CWORD=%d\n_xendeck\nprintf '%%s\\n' \"${COMPREPLY[@]}\"\n",
            words, at);
    fclose(f);
    snprintf(cmd, sizeof(cmd), "bash %s 2>&1", name);
    p = popen(cmd, "r");
    assert_non_null(p);
    while (fgets(line, sizeof(line), p))
        xd_buf_add(out, line);
    assert_int_equal(pclose(p), 0);
    unlink(name);
}

static void test_commands(void **state)
{
    struct xd_buf b = XD_BUF_INIT;

    complete("xendeck jo", 1, &b);
    assert_string_equal(xd_buf_str(&b), "journal\n");
    xd_buf_done(&b);
}

static void test_tables(void **state)
{
    struct xd_buf b = XD_BUF_INIT;

    complete("xendeck get cpu", 2, &b);
    assert_string_equal(xd_buf_str(&b), "cpuid_leaves\n");
    xd_buf_clear(&b);
    complete("xendeck get dom", 2, &b);
    assert_string_equal(xd_buf_str(&b), "domains\n");
    xd_buf_done(&b);
}

static void test_names_of_guests(void **state)
{
    struct xd_buf b = XD_BUF_INIT;

    complete("xendeck set dom", 2, &b);
    assert_string_equal(xd_buf_str(&b), "domain/Domain-0\ndomain/web1\n");
    xd_buf_clear(&b);
    complete("xendeck do domain/w", 2, &b);
    assert_string_equal(xd_buf_str(&b), "domain/web1\n");
    xd_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_names_of_guests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
