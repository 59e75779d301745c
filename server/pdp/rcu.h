/* Grace periods: what a reader may still see is freed only after the reader has left. */
#pragma once

#ifndef BW_RCU_TSAN
/* Called, not inlined: liburcu's inline form is meant for programs under its own licence. */
#include <urcu-bp.h>
#else
/* liburcu is not built for ThreadSanitizer, which then reports races that are none: the same interface on C11 atomics.
 */
void pdp_rcu_enter(void);
void pdp_rcu_leave(void);
void pdp_rcu_wait(void);
#define rcu_read_lock pdp_rcu_enter
#define rcu_read_unlock pdp_rcu_leave
#define synchronize_rcu pdp_rcu_wait
#endif
