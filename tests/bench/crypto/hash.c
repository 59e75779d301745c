/* The speed of bare Argon2id, by libargon2 alone: hash THREADS KIB PASSES SECONDS. */
#include <argon2.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { THREADS_MOST = 64, SALT = 16, TAG = 32 };

static uint32_t memory, passes;
static double until;
static atomic_ulong done;

static double seconds(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void *compute(void *unused)
{
  unsigned char password[32] = {1}, salt[SALT] = {2}, tag[TAG];
  while (seconds() < until && argon2id_hash_raw(passes, memory, 1, password, sizeof password, salt, SALT, tag, TAG) == ARGON2_OK) {
    memcpy(salt, tag, SALT);
    atomic_fetch_add(&done, 1);
  }
  return unused;
}

int main(int count, char **words)
{
  pthread_t threads[THREADS_MOST];
  unsigned long wanted = count == 5 ? strtoul(words[1], NULL, 10) : 0;
  if (wanted < 1 || wanted > THREADS_MOST) {
    fprintf(stderr, "usage: hash THREADS KIB PASSES SECONDS\n");
    return 2;
  }
  memory = (uint32_t)strtoul(words[2], NULL, 10);
  passes = (uint32_t)strtoul(words[3], NULL, 10);
  double start = seconds();
  until = start + strtod(words[4], NULL);
  for (unsigned long i = 0; i < wanted; i++)
    if (pthread_create(&threads[i], NULL, compute, NULL) != 0)
      return 1;
  for (unsigned long i = 0; i < wanted; i++)
    pthread_join(threads[i], NULL);
  printf("%.2f hashes a second\n", (double)done / (seconds() - start));
  return done > 0 ? 0 : 1;
}
