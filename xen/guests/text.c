/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strings, the little that is needed of them.
 */
#include "text.h"

void *memcpy(void *to, const void *from, size_t size)
{
    void *start = to;

    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
    return start;
}

void *memset(void *to, int byte, size_t size)
{
    void *start = to;

    __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
    return start;
}

size_t text_length(const char *text)
{
    size_t length = 0;

    while (text[length])
        length++;
    return length;
}

bool text_equal(const char *left, const char *right)
{
    while (*left && *left == *right) {
        left++;
        right++;
    }
    return *left == *right;
}

void text_copy(char *to, size_t room, const char *from)
{
    while (room > 1 && *from) {
        *to++ = *from++;
        room--;
    }
    *to = '\0';
}

uint32_t text_number(const char *text)
{
    uint32_t value = 0;

    for (; *text >= '0' && *text <= '9'; text++) {
        uint32_t digit = (uint32_t)(*text - '0');

        if (value > (UINT32_MAX - digit) / 10)
            return UINT32_MAX;
        value = value * 10 + digit;
    }
    return value;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20; /* lower case */
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void text_unescape(char *text)
{
    char *to = text;

    while (*text) {
        int high = text[0] == '%' ? hex_digit(text[1]) : -1;
        int low = high >= 0 ? hex_digit(text[2]) : -1;

        if (low >= 0 && (high | low)) {
            *to++ = (char)(high << 4 | low);
            text += 3;
        } else {
            *to++ = *text++;
        }
    }
    *to = '\0';
}

struct sink {
    char *to;
    size_t used, room;
};

static void put(struct sink *sink, char c)
{
    if (sink->used + 1 < sink->room)
        sink->to[sink->used++] = c;
}

static void put_number(struct sink *sink, uint32_t value, unsigned int digits)
{
    char reversed[10];
    unsigned int n = 0;

    do {
        reversed[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value || n < digits);
    while (n)
        put(sink, reversed[--n]);
}

static void put_hex(struct sink *sink, uint32_t value)
{
    for (int shift = 28; shift >= 0; shift -= 4)
        put(sink, "0123456789abcdef"[value >> shift & 15]);
}

size_t text_format(char *to, size_t room, const char *format, va_list args)
{
    struct sink sink = {.to = to, .room = room};

    for (; *format; format++) {
        if (*format != '%') {
            put(&sink, *format);
        } else if (*++format == 's') {
            for (const char *s = va_arg(args, const char *); *s; s++)
                put(&sink, *s);
        } else if (*format == 'x') {
            put_hex(&sink, va_arg(args, uint32_t));
        } else if (*format == '0') { /* %03u */
            format += 2;
            put_number(&sink, va_arg(args, uint32_t), (unsigned int)(format[-1] - '0'));
        } else { /* %u */
            put_number(&sink, va_arg(args, uint32_t), 1);
        }
    }
    to[sink.used] = '\0';
    return sink.used;
}
