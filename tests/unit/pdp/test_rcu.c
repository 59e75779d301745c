/* Whoever waits for the readers inside waits until the last of them has left. */
#include "world.h"
#include "pdp/rcu.h"
#include <pthread.h>
#include <sched.h>

enum { WAITS = 1000, READS = 200 };

/* A word that its readers find true as long as they are inside, though the writer makes it false behind them. */
struct shared {
  bool *word;         /* atomic */
  bool over;          /* atomic */
  size_t seen, wrong; /* seen is atomic */
};

static void *read_on(void *arg)
{
  struct shared *s = arg;
  for (; !__atomic_load_n(&s->over, __ATOMIC_RELAXED); __atomic_fetch_add(&s->seen, 1, __ATOMIC_RELAXED)) {
    rcu_read_lock();
    rcu_read_lock();
    const bool *word = __atomic_load_n(&s->word, __ATOMIC_ACQUIRE);
    sched_yield();
    rcu_read_unlock();
    s->wrong += !__atomic_load_n(word, __ATOMIC_ACQUIRE);
    rcu_read_unlock();
  }
  return NULL;
}

static void what_was_replaced_is_untouched_until_its_readers_left(void **state)
{
  (void)state;
  bool word[2] = {true, false};
  struct shared s = {.word = &word[0]};
  pthread_t reader;
  assert_int_equal(pthread_create(&reader, NULL, read_on, &s), 0);
  for (unsigned i = 1; i <= WAITS || __atomic_load_n(&s.seen, __ATOMIC_RELAXED) < READS; i++) {
    bool *new = &word[i % 2], *old = &word[(i + 1) % 2];
    __atomic_store_n(new, true, __ATOMIC_RELEASE);
    __atomic_store_n(&s.word, new, __ATOMIC_RELEASE);
    synchronize_rcu();
    __atomic_store_n(old, false, __ATOMIC_RELEASE);
  }
  __atomic_store_n(&s.over, true, __ATOMIC_RELAXED);
  pthread_join(reader, NULL);
  assert_int_equal(s.wrong, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_replaced_is_untouched_until_its_readers_left)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
