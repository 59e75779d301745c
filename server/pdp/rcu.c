/* The stand-in for liburcu under ThreadSanitizer: readers count themselves in one of two halls, and who waits sees both
   halls empty once each. */
#include "pdp/rcu.h"

#ifdef BW_RCU_TSAN
#include <sched.h>
#include <stdatomic.h>

/* Process-wide as liburcu's own state is: readers of any model need no registration. */
static atomic_ulong inside[2];
static atomic_uint hall;
static _Thread_local unsigned mine, depth;

void pdp_rcu_enter(void)
{
  if (depth++)
    return;
  mine = atomic_load(&hall) & 1;
  atomic_fetch_add(&inside[mine], 1);
}

void pdp_rcu_leave(void)
{
  if (!--depth)
    atomic_fetch_sub(&inside[mine], 1);
}

void pdp_rcu_wait(void)
{
  /* Twice: a reader may have chosen its hall before the first turn and counted itself after it. */
  for (int turn = 0; turn < 2; turn++) {
    unsigned left = atomic_fetch_add(&hall, 1) & 1;
    while (atomic_load(&inside[left]))
      sched_yield();
  }
}
#endif
