/* Syncs that take BENCH_SYNC_US microseconds longer, for a program that is started with this library before its own. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

static int after(int result)
{
    const char *written = getenv("BENCH_SYNC_US");
    long microseconds = written ? atol(written) : 0;
    struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};

    prctl(PR_SET_TIMERSLACK, 1000L, 0, 0, 0);
    nanosleep(&time, NULL);
    return result;
}

int fdatasync(int file)
{
    return after(((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file));
}

int fsync(int file)
{
    return after(((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file));
}

int msync(void *address, size_t length, int flags)
{
    return after(((int (*)(void *, size_t, int))dlsym(RTLD_NEXT, "msync"))(address, length, flags));
}
