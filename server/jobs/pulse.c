/* Starts, wakes and ends a thread that sleeps most of the time. */
#include "jobs/pulse.h"
#include <time.h>

RESULT jobs_pulse_start(struct jobs_pulse *pulse, void *(*body)(void *self), void *self)
{
  pulse->stop = false;
  pthread_mutex_init(&pulse->lock, NULL);
  pthread_cond_init(&pulse->wake, NULL);
  if (pthread_create(&pulse->thread, NULL, body, self) == 0)
    return R_OK;
  pthread_cond_destroy(&pulse->wake);
  pthread_mutex_destroy(&pulse->lock);
  return R_NO_MEMORY;
}

bool jobs_pulse_sleep(struct jobs_pulse *pulse, int64_t time)
{
  int64_t until = clock_now() + time;
  struct timespec at = {.tv_sec = until / CLOCK_SECOND, .tv_nsec = until % CLOCK_SECOND * 1000};
  pthread_mutex_lock(&pulse->lock);
  int waited = 0;
  while (!pulse->stop && waited == 0)
    waited = pthread_cond_timedwait(&pulse->wake, &pulse->lock, &at);
  bool stop = pulse->stop;
  pthread_mutex_unlock(&pulse->lock);
  return !stop;
}

void jobs_pulse_stop(struct jobs_pulse *pulse)
{
  pthread_mutex_lock(&pulse->lock);
  pulse->stop = true;
  pthread_cond_signal(&pulse->wake);
  pthread_mutex_unlock(&pulse->lock);
  pthread_join(pulse->thread, NULL);
  pthread_cond_destroy(&pulse->wake);
  pthread_mutex_destroy(&pulse->lock);
}
