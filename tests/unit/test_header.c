/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The console's top line on a host of which no table tells what it is. */
#include "sources_help.h"

#include "tui/app.h"

static const struct xd_table_desc *const teller_tables[] = {&xd_host_desc, NULL};

static int teller_open(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    *self = (void *)env;
    return 0;
}

static int teller_collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    return xd_err_set(err, -EIO, "the test said so");
}

static const struct xd_backend teller = {
    .abi = XD_BACKEND_ABI,
    .name = "teller",
    .title = "Teller",
    .help = "what host it is",
    .live = true,
    .tables = teller_tables,
    .open = teller_open,
    .close = ground_close,
    .collect = teller_collect,
};

static const struct xd_theme theme;

/* Whether the top line ends so. */
static void says(struct bench *b, const char *mode)
{
    struct xd_buf frame = XD_BUF_INIT;
    struct xd_canvas c;
    struct xd_app app;
    char *end;

    assert_int_equal(xd_app_init(&app, b->s, &theme, XD_GLYPHS_ASCII, NULL), 0);
    xd_canvas_init(&c, 80, 24, XD_GLYPHS_ASCII);
    xd_header_draw(&app, &c);
    xd_canvas_dump(&c, &frame);
    end = strchr(frame.s, '\n');
    assert_non_null(end);
    *end = '\0';
    if (!strstr(frame.s, mode))
        fail_msg("\"%s\" is not in: %s", mode, frame.s);
    xd_buf_done(&frame);
    xd_canvas_done(&c);
    xd_app_done(&app);
}

static void nobody_tells(void **state)
{
    struct bench b;

    open_host(&b);
    says(&b, " LIVE");
    close_host(&b);
}

static void who_tells_is_waited_for(void **state)
{
    static const struct xd_backend *const with_teller[] = {&ground, &teller, NULL};
    struct xd_session_config c = {.host = "live",
                                  .interval_ns = XD_NS_PER_S,
                                  .inline_workers = true,
                                  .journal = "",
                                  .who = "test"};
    struct bench b;

    open_host(&b); /* for what is the program's */
    xd_session_close(b.s);
    xd_registry_free(b.registry);
    assert_int_equal(xd_registry_new(with_teller, NULL, NULL, &b.log, &b.registry, NULL), 0);
    c.registry = b.registry;
    c.clock = &b.clock;
    c.log = &b.log;
    assert_int_equal(xd_session_open(&c, &b.s, NULL), 0);
    says(&b, " STARTING");
    pass(&b, XD_NS_PER_S);
    says(&b, " STALE");
    close_host(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_tells),
        cmocka_unit_test(who_tells_is_waited_for),
    };

    return cmocka_run_group_tests_name("header", tests, NULL, NULL);
}
