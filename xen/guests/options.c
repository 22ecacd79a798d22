/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's command line: words of the form name=value.
 */
#include "options.h"

#include <stddef.h>

#include "console.h"
#include "text.h"

static const char *const mode_names[] = {
    [LOAD_IDLE] = "idle",
    [LOAD_SPIN] = "spin",
    [LOAD_DUTY] = "duty",
};

static const struct {
    const char *name;
    size_t offset;
    uint32_t least, most;
} numbers[] = {
    {"duty", offsetof(struct options, duty_percent), 0, 100},
    {"period", offsetof(struct options, period_ms), 1, 3600000},
    {"hb", offsetof(struct options, heartbeat_s), 0, 86400},
    {"touch", offsetof(struct options, touch_mib), 0, 3072},
    {"cpuid", offsetof(struct options, cpuid), 0, 1},
};

const char *load_mode_name(enum load_mode mode)
{
    return mode_names[mode];
}

static bool set_mode(struct options *options, const char *value)
{
    for (size_t i = 0; i < sizeof(mode_names) / sizeof(mode_names[0]); i++) {
        if (text_equal(value, mode_names[i])) {
            options->mode = (enum load_mode)i;
            return true;
        }
    }
    return false;
}

static bool set_number(struct options *options, const char *name, const char *value)
{
    uint32_t number = text_number(value);

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (!text_equal(name, numbers[i].name))
            continue;
        if (*value < '0' || *value > '9' || number < numbers[i].least || number > numbers[i].most)
            return false;
        *(uint32_t *)((char *)options + numbers[i].offset) = number;
        return true;
    }
    return false;
}

static bool set(struct options *options, const char *name, char *value)
{
    if (text_equal(name, "mode"))
        return set_mode(options, value);
    if (text_equal(name, "data")) {
        text_unescape(value);
        text_copy(options->data, sizeof(options->data), value);
        return true;
    }
    return set_number(options, name, value);
}

void options_read(struct options *options, const char *line)
{
    char word[160], *value;

    *options = (struct options){.mode = LOAD_IDLE, .duty_percent = 50, .period_ms = 100};
    while (*line) {
        size_t length = 0;

        while (*line == ' ')
            line++;
        for (; *line && *line != ' '; line++)
            if (length + 1 < sizeof(word))
                word[length++] = *line;
        word[length] = '\0';
        if (length == 0)
            break;
        for (value = word; *value && *value != '='; value++)
            ;
        if (*value)
            *value++ = '\0';
        if (!set(options, word, value))
            console_say("option %s is unknown or has a bad value", word);
    }
}
