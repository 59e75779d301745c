/* Goes before libc: every Nth allocation fails, and the clock is some seconds off, as the mapped file says. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct switches {
  _Atomic int64_t fail_every, seconds;
};

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);

static struct switches off, *switches = &off;
static _Atomic uint64_t count;

__attribute__((constructor)) static void map(void)
{
  const char *path = getenv("SHIM_SWITCH");
  int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  void *mapped = fd >= 0 ? mmap(NULL, sizeof off, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
  if (mapped == MAP_FAILED)
    abort();
  switches = mapped;
  close(fd);
}

static int fails(void)
{
  int64_t every = switches->fail_every;
  if (every <= 0 || atomic_fetch_add(&count, 1) % (uint64_t)every != 0)
    return 0;
  errno = ENOMEM;
  return 1;
}

void *malloc(size_t size) { return fails() ? NULL : __libc_malloc(size); }

void *calloc(size_t n, size_t size) { return fails() ? NULL : __libc_calloc(n, size); }

void *realloc(void *p, size_t size) { return fails() ? NULL : __libc_realloc(p, size); }

void *memalign(size_t alignment, size_t size) { return fails() ? NULL : __libc_memalign(alignment, size); }

void *aligned_alloc(size_t alignment, size_t size) { return fails() ? NULL : __libc_memalign(alignment, size); }

int posix_memalign(void **ret, size_t alignment, size_t size)
{
  void *p = fails() ? NULL : __libc_memalign(alignment, size);
  if (!p)
    return ENOMEM;
  *ret = p;
  return 0;
}

int clock_gettime(clockid_t id, struct timespec *ret)
{
  int r = (int)syscall(SYS_clock_gettime, id, ret);
  if (r == 0 && id == CLOCK_REALTIME)
    ret->tv_sec += switches->seconds;
  return r;
}
