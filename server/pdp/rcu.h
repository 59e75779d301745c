/* Grace periods: what a reader may still see is freed only after the reader has left. */
#pragma once

#ifndef BW_RCU_TSAN
/* Entering and leaving inline: 2 ns for 10. liburcu keeps both under ten lines, so that LGPL 2.1 section 5 lets anyone.
   Not in the sanitizers' build: its readers are aligned less than it declares, which no instruction here minds. */
#ifndef __SANITIZE_ADDRESS__
#define _LGPL_SOURCE
#endif
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
