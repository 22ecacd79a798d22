/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How late a process wakes: sleeps again and again, and says by how much longer that took than
 * asked for.
 *
 *   wakes MS TIMES
 *
 * Prints "wakes TIMES mean_us MEAN max_us MAX". The clock is CLOCK_MONOTONIC, which goes on while
 * the vCPU waits for its pCPU. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

int main(int argc, char **argv)
{
    long ms = argc == 3 ? strtol(argv[1], NULL, 10) : 0;
    long times = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    int64_t late, sum = 0, max = 0;
    struct timespec wish;

    if (ms < 1 || ms > 10000 || times < 1) {
        fprintf(stderr, "usage: wakes MS TIMES (MS: 1 to 10000)\n");
        return 2;
    }
    wish = (struct timespec){ms / 1000, ms % 1000 * 1000000};
    for (long i = 0; i < times; i++) {
        int64_t began = now_ns();

        clock_nanosleep(CLOCK_MONOTONIC, 0, &wish, NULL);
        late = now_ns() - began - ms * 1000000;
        sum += late;
        if (late > max)
            max = late;
    }
    printf("wakes %ld mean_us %lld max_us %lld\n", times, (long long)(sum / times / 1000),
           (long long)(max / 1000));
    return 0;
}
